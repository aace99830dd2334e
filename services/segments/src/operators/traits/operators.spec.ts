// What trait operators make of histories that random ones seldom hold: large amounts, ties, the passing of time.
import { describe, expect, it } from '@jest/globals';
import { loadCatalog } from '../../definitions/catalog.js';
import type { Activity } from '../../definitions/fields.js';
import { parseDefinitions } from '../../definitions/load.js';
import { createEvaluator } from '../../evaluate/evaluator.js';

const NOON = Date.parse('2026-01-15T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LARGEST = Number.MAX_SAFE_INTEGER;
const catalog = loadCatalog();

const OVER = { types: ['order_completed'], where: { currency: 'EUR' } };
const BASE = { name: 'tested', description: 'tested', owner: 'tests' };
const SEGMENT = { ...BASE, version: 1, purpose: 'marketing' };

function evaluatorOf(settings: Record<string, unknown>, when: Record<string, unknown> = { exists: true }) {
  const text = (definition: object) => [{ file: 'tested.yaml', text: JSON.stringify(definition) }];
  const trait = { ...BASE, over: OVER, window: 'all', ...settings };
  return createEvaluator(parseDefinitions({ traits: text(trait), segments: text({ ...SEGMENT, when: { trait: 'tested', ...when } }) }, catalog));
}

const ORDER: Activity = {
  activity_id: '00000000-0000-5000-8000-000000000000', profile_id: '', identifier: '', occurred_at: NOON - HOUR, received_at: NOON, product: 'web.orders', type: 'order_completed',
  session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: 'EUR',
  is_bot: false, is_machine: false, properties: {}, origin: 'web.orders.v1:0:1',
};
const CONSENT: Activity = { ...ORDER, type: 'consent_granted', occurred_at: 0, properties: { purpose: 'marketing', channel: 'any' } };

type Changes = readonly Partial<Activity>[];

function valueOf(settings: Record<string, unknown>, activities: Changes, now = NOON) {
  const evaluator = evaluatorOf(settings);
  const state = evaluator.empty('');
  for (const activity of activities) evaluator.apply(state, { ...ORDER, ...activity });
  return evaluator.traits(state, now)['tested'];
}

const amounts = (...values: (number | null)[]): Changes => values.map((value_micros) => ({ value_micros }));
const numbers = (...texts: string[]): Changes => texts.map((n) => ({ properties: { n } }));

describe('an average', () => {
  const average = { operator: 'average', field: 'value_micros' };

  it('is truncated toward zero', () => {
    expect([valueOf(average, amounts(1, 2, 2)), valueOf(average, amounts(-1, -2, -2)), valueOf(average, amounts(1, -2))]).toEqual([1, -1, 0]);
  });

  it('is exact where the total is larger than a number can be', () => {
    expect(valueOf(average, amounts(LARGEST, LARGEST, LARGEST - 1))).toBe(LARGEST - 1);
    expect(valueOf(average, amounts(LARGEST, -2, null))).toBe((LARGEST - 3) / 2);
  });

  it('leaves out what has no amount', () => {
    expect([valueOf(average, amounts(4, null, 6)), valueOf(average, amounts(null)), valueOf(average, [])]).toEqual([5, null, null]);
  });

  it('of a property takes its texts as numbers', () => {
    expect(valueOf({ operator: 'average', field: 'properties.n' }, numbers('1.5', '2', 'three'))).toBe(1_750_000);
  });
});

describe('the smallest and the largest', () => {
  it('are of the amounts that there are', () => {
    expect(['min', 'max'].map((operator) => valueOf({ operator, field: 'value_micros' }, amounts(5, null, -3, 8)))).toEqual([-3, 8]);
    expect(valueOf({ operator: 'max', field: 'value_micros' }, amounts(null))).toBeNull();
  });

  it('read as the limit where they are beyond it', () => {
    expect(['min', 'max'].map((operator) => valueOf({ operator, field: 'properties.n' }, numbers('-999999999999', '999999999999')))).toEqual([-LARGEST, LARGEST]);
  });
});

describe('the first', () => {
  it('is the mirror of the latest, for ties too', () => {
    const history: Changes = [
      { origin: 'web.orders.v1:0:10', order_id: 'b' }, { origin: 'web.orders.v1:0:9', order_id: 'a' }, { origin: 'web.orders.v1:0:11', order_id: 'c' },
      { occurred_at: NOON - 2 * HOUR, order_id: null },
    ];
    expect(['first', 'latest'].map((operator) => valueOf({ operator, field: 'order_id' }, history))).toEqual(['a', 'c']);
  });
});

describe('the most frequent', () => {
  const brands = { operator: 'most_frequent', field: 'items.brand' };
  const bought = (...items: string[]) => ({ items: items.map((brand) => ({ product_id: brand, name: null, brand, category: null, price_micros: null, quantity: 1 })) });

  it('counts each item', () => {
    expect(valueOf(brands, [bought('b', 'b'), bought('a'), bought('c')])).toBe('b');
    expect(valueOf(brands, [bought()])).toBeNull();
  });

  it('is the first in the order of UTF-8, where several are', () => {
    // In UTF-16 the emoji sorts before.
    expect(valueOf(brands, [bought('😀'), bought('\uffff')])).toBe('\uffff');
  });

  it('counts over all of the window', () => {
    expect(valueOf(brands, [bought('a', 'a'), { ...bought('b', 'b'), occurred_at: NOON - DAY }, { ...bought('b'), occurred_at: NOON - 2 * DAY }])).toBe('b');
  });
});

describe('the time since', () => {
  const days = { operator: 'time_since', unit: 'days' };

  it('is of whole units, and 0 of what is later in this minute', () => {
    expect([NOON, NOON - DAY + 1, NOON - DAY, NOON - 30 * DAY, NOON + 59_999].map((occurred_at) => valueOf(days, [{ occurred_at }]))).toEqual([0, 0, 1, 30, 0]);
    expect([valueOf(days, [{ occurred_at: NOON + 60_000 }]), valueOf(days, [])]).toEqual([null, null]);
  });

  it('has people enter at the very millisecond, and wakes nobody up before', () => {
    const evaluator = evaluatorOf(days, { gte: 30 });
    const state = evaluator.empty('');
    const last = NOON + 1_234;
    for (const activity of [CONSENT, ...Array.from({ length: 40 }, (_, index) => ({ ...ORDER, occurred_at: last - index * DAY }))]) evaluator.apply(state, activity);
    expect(evaluator.evaluate(state, last)).toMatchObject({ members: [], nextChangeAt: last + 30 * DAY });
    expect(evaluator.evaluate(state, last + 30 * DAY - 1).members).toEqual([]);
    expect(evaluator.evaluate(state, last + 30 * DAY)).toMatchObject({ members: ['tested'], nextChangeAt: null });
  });

  it('lets people out when it has passed, or when the window has', () => {
    const evaluator = evaluatorOf({ ...days, unit: 'hours', window: '1d' }, { gte: 2, lt: 4 });
    const state = evaluator.empty('');
    for (const activity of [CONSENT, ORDER]) evaluator.apply(state, activity);
    const at = ORDER.occurred_at;
    const steps = [at, at + 2 * HOUR, at + 4 * HOUR].map((now) => evaluator.evaluate(state, now));
    expect(steps.map(({ members }) => members)).toEqual([[], ['tested'], []]);
    expect(steps.slice(0, 2).map(({ nextChangeAt }) => nextChangeAt)).toEqual([at + 2 * HOUR, at + 4 * HOUR]);
  });

  it.each([[45, '2026-02-16'], [60, null]])('of what happened last month goes on beside newer activities: %d days at %s', (gte, at) => {
    const evaluator = evaluatorOf({ ...days, window: 'last_month' }, { gte });
    const state = evaluator.empty('');
    // In February the one of January counts, in March the one of February: it does not become 60 days old by April.
    for (const activity of [CONSENT, ...['2026-01-02', '2026-02-05'].map((date) => ({ ...ORDER, occurred_at: Date.parse(date) }))]) evaluator.apply(state, activity);
    expect(evaluator.evaluate(state, Date.parse('2026-02-06'))).toMatchObject({ members: [], nextChangeAt: at && Date.parse(at) });
  });
});

describe('a ratio', () => {
  function ratioOf(of: object, to: object, activities: Changes) {
    const file = (name: string, definition: object) => ({ file: `${name}.yaml`, text: JSON.stringify({ ...BASE, name, ...definition }) });
    const traits = [file('ratio', { operator: 'ratio', of: 'of', to: 'to' }), file('of', { over: OVER, window: 'all', ...of }), file('to', { over: OVER, window: 'all', ...to })];
    const evaluator = createEvaluator(parseDefinitions({ traits, segments: [] }, catalog));
    const state = evaluator.empty('');
    for (const activity of activities) evaluator.apply(state, { ...ORDER, ...activity });
    return evaluator.traits(state, NOON)['ratio'];
  }
  const COUNT = { operator: 'count' };
  const SUM = { operator: 'sum', field: 'value_micros' };
  const PROPERTY = { operator: 'sum', field: 'properties.n' };
  const WITH_COUPON = { ...COUNT, over: { types: ['order_completed'], where: { 'properties.n': { exists: true } } } };

  it('is in millionths, truncated toward zero', () => {
    expect(ratioOf(WITH_COUPON, COUNT, [{}, {}, ...numbers('1')])).toBe(333_333);
    expect(ratioOf(SUM, COUNT, amounts(-2, 0, 0))).toBe(-666_666);
  });

  it('of millionths is a ratio of what they stand for', () => {
    expect([ratioOf(PROPERTY, COUNT, numbers('2.5', '3.5')), ratioOf(COUNT, PROPERTY, numbers('2.5', '1.5')), ratioOf(PROPERTY, PROPERTY, numbers('2.5'))]).toEqual([3_000_000, 500_000, 1_000_000]);
  });

  it('has no value where it would divide by 0', () => {
    expect([ratioOf(SUM, WITH_COUPON, amounts(5)), ratioOf({ operator: 'max', field: 'value_micros' }, COUNT, [{}])]).toEqual([null, null]);
  });

  it('reads as the limit where it is beyond it', () => {
    expect(ratioOf(SUM, COUNT, amounts(-LARGEST))).toBe(-LARGEST);
  });
});
