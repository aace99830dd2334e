import { beforeEach, describe, expect, it } from '@jest/globals';
import { loadDefinitions } from '../definitions/load.js';
import type { Activity } from '../definitions/fields.js';
import { createEvaluator } from './evaluator.js';
import type { ProfileState } from './subject.js';

const MINUTE = 60_000;
const NOON = Date.parse('2026-01-15T12:00:00Z');
// All traits that ship, and a few of the segments.
const SEGMENTS = ['ad-leads-to-win', 'cart-abandoners', 'engaged-prospects', 'high-intent', 'needs-care', 'trade-leads-browsing', 'vip-customers'];
const shipped = loadDefinitions();
const definitions = { ...shipped, segments: shipped.segments.filter(({ name }) => SEGMENTS.includes(name)) };
const evaluator = createEvaluator(definitions);

let state: ProfileState;
let offset = 0;

function happen(type: string, at: number, fields: Partial<Activity> = {}): void {
  evaluator.apply(state, activityOf(type, at, fields));
}

function activityOf(type: string, at: number, fields: Partial<Activity> = {}): Activity {
  return {
    activity_id: '00000000-0000-5000-8000-000000000000', profile_id: '', identifier: '', occurred_at: at, received_at: at, product: '', type,
    session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null,
    is_bot: false, is_machine: false, properties: {}, origin: `web.orders.v1:0:${(offset += 1)}`, ...fields,
  };
}

const consent = (decision: string, purpose: string, at: number, channel = 'any') => happen(`consent_${decision}`, at, { properties: { purpose, channel } });
const membersAt = (now: number) => evaluator.evaluate(state, now).members;

beforeEach(() => {
  state = evaluator.empty('');
  consent('granted', 'personalization', NOON - 90 * MINUTE);
});

describe('somebody who looks at products', () => {
  beforeEach(() => {
    for (const at of [0, 1, 2, 3]) happen('product_viewed', NOON + at * MINUTE + 30_000, { product: 'web.ecommerce-events' });
  });

  it('leaves high-intent by time alone, at the very millisecond that was foretold', () => {
    const { members, nextChangeAt } = evaluator.evaluate(state, NOON + 4 * MINUTE);
    expect(members).toEqual(['high-intent']);
    // Four views: the first leaves at 12:05 without effect, the second at 12:06 makes it less than three.
    expect(nextChangeAt).toBe(NOON + 6 * MINUTE);
    expect(membersAt(nextChangeAt! - 1)).toEqual(['high-intent']);
    expect(membersAt(nextChangeAt!)).toEqual([]);
  });

  it('is in no segment of a purpose from the moment consent is withdrawn', () => {
    consent('withdrawn', 'personalization', NOON + 4 * MINUTE);
    expect(evaluator.evaluate(state, NOON + 4 * MINUTE - 1)).toMatchObject({ members: ['high-intent'], nextChangeAt: NOON + 4 * MINUTE });
    expect(evaluator.evaluate(state, NOON + 4 * MINUTE)).toMatchObject({ members: [], nextChangeAt: null });
  });

  it('is explained, condition by condition', () => {
    const { member, findings } = evaluator.explain('high-intent', state, NOON + 4 * MINUTE);
    expect(member).toBe(true);
    expect(findings).toEqual([
      { depth: 0, holds: true, sentence: 'consent to personalization was granted at 2026-01-15T10:30:00.000Z, must be granted' },
      { depth: 0, holds: true, sentence: 'all of these must hold:' },
      { depth: 1, holds: true, sentence: 'product_views_5m is 4, must be at least 3' },
      { depth: 1, holds: true, sentence: 'this must not hold:' },
      { depth: 2, holds: false, sentence: 'orders_1d is 0, must be at least 1' },
    ]);
  });
});

describe('an explanation', () => {
  const sentences = (segment: string) => evaluator.explain(segment, state, NOON).findings.map(({ sentence }) => sentence);

  it('says what is missing', () => {
    expect(sentences('engaged-prospects')).toEqual([
      'consent to advertising was never given, must be granted',
      'all of these must hold:',
      'distinct_products_7d is 0, must be at least 3',
      'last_order_at has no value, must have no value',
    ]);
    expect(evaluator.explain('engaged-prospects', state, NOON).member).toBe(false);
  });

  it('shows money in units and texts in quotes', () => {
    happen('order_completed', NOON, { value_micros: 89_900_000, currency: 'EUR' });
    happen('contact_stage_changed', NOON, { properties: { stage: 'customer' } });
    expect(sentences('vip-customers')).toContain('revenue_365d_micros is 89900000 (89.90), must be at least 1000000000 (1000.00)');
    expect(sentences('trade-leads-browsing')).toContain('lifecycle_stage is "customer", must be one of "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity"');
    expect(sentences('cart-abandoners')[0]).toBe('consent to marketing on email was never given, must be granted');
  });

  it('of a segment that does not exist names those that do', () => {
    expect(() => evaluator.explain('vip', state, NOON)).toThrow('there is no segment "vip": schemas/segments has ad-leads-to-win, cart-abandoners');
  });
});

describe('revenue', () => {
  const LARGEST = Number.MAX_SAFE_INTEGER;
  const revenue = () => evaluator.traits(state, NOON)['revenue_365d_micros'];
  const order = (value_micros: number | null) => happen('order_completed', NOON - MINUTE, { value_micros, currency: 'EUR' });

  it('is exact after it was larger than a number can be', () => {
    for (const value of [LARGEST, LARGEST, 5, -LARGEST, null, -LARGEST]) order(value);
    expect(revenue()).toBe(5);
  });

  it('reads as the limit where it is beyond it', () => {
    for (const value of [LARGEST, LARGEST, 5]) order(value);
    expect(revenue()).toBe(LARGEST);
  });
});

describe('a state', () => {
  it('keeps nothing that no window can reach, after pruning', () => {
    for (let day = 0; day < 60; day += 1) happen('order_completed', NOON - day * 1_440 * MINUTE, { value_micros: 1_000_000, currency: 'EUR' });
    consent('denied', 'personalization', NOON - MINUTE);
    const before = evaluator.traits(state, NOON);
    evaluator.prune(state, NOON);
    expect(evaluator.traits(state, NOON)).toEqual(before);
    const sizes = [...state.buckets.values()].map((buckets) => buckets.length / 2);
    // The days of last month and of this one, for windows of the calendar.
    expect(Math.max(...sizes)).toBe(46);
    expect([...state.consents.values()].flat()).toHaveLength(1);
  });
});

describe('a rebuilt state', () => {
  it('needs these columns and no more', () => {
    expect(evaluator.relevantColumns).toEqual([
      'activity_id', 'campaign_id', 'currency', 'is_bot', 'is_machine', 'items.brand', 'items.category', 'items.product_id', 'message_id', 'occurred_at', 'order_id', 'origin',
      ...['ad_id', 'channel', 'coupon', 'device', 'lead_id', 'name', 'object_id', 'property', 'purpose', 'query', 'stage', 'value'].map((name) => `properties.${name}`),
      'session_id', 'touch.campaign', 'touch.channel', 'touch.click_id', 'touch.click_id_type', 'type', 'value_micros',
    ]);
  });
});

describe('a definition that fails', () => {
  const failing = () => {
    throw new Error('broken');
  };

  it('is disabled and told once, and the others go on', () => {
    const failures: string[] = [];
    const broken = { ...definitions, segments: definitions.segments.map((segment) => (segment.name === 'high-intent' ? { ...segment, condition: { ...segment.condition, outcome: failing } } : segment)) };
    const evaluating = createEvaluator(broken, (definition) => failures.push(definition));
    state = evaluating.empty('');
    for (const purpose of ['personalization', 'marketing']) decide(evaluating, purpose);
    for (let minute = 0; minute < 3; minute += 1) evaluating.apply(state, activityOf('support_ticket', NOON - minute * MINUTE, { properties: { object_id: String(minute) } }));
    expect([evaluating.evaluate(state, NOON).members, evaluating.evaluate(state, NOON + MINUTE).members]).toEqual([['needs-care'], ['needs-care']]);
    expect(failures).toEqual(['segments/high-intent']);
  });

  it('in what it counts disables the segments that read it', () => {
    const failures: string[] = [];
    const accumulators = definitions.accumulators.map((one) => (one.name === 'trait_support_tickets_30d' ? { ...one, filter: { ...one.filter, matches: failing } } : one));
    const evaluating = createEvaluator({ ...definitions, accumulators }, (definition) => failures.push(definition));
    state = evaluating.empty('');
    decide(evaluating, 'personalization');
    for (const object_id of ['1', '2']) evaluating.apply(state, activityOf('support_ticket', NOON, { properties: { object_id } }));
    expect(evaluating.evaluate(state, NOON).members).toEqual([]);
    expect(failures).toEqual(['trait_support_tickets_30d', 'segments/needs-care']);
  });

  function decide(evaluating: typeof evaluator, purpose: string): void {
    evaluating.apply(state, activityOf('consent_granted', NOON - 90 * MINUTE, { properties: { purpose, channel: 'any' } }));
  }
});
