import { describe, expect, it } from '@jest/globals';
import type { CustomerActivities } from '@tideway/contracts';
import { loadProducts, productOf } from '@tideway/contracts';
import { loadIdentifierRules } from '@tideway/identifiers';
import fc from 'fast-check';
import { CustomerState, planBatch, type BatchOutputs, type BatchRecord } from './batch.js';
import { comparePositions, type Position } from '../consents/position.js';
import { activityIdOf } from './uuid.js';

const products = loadProducts();
const rules = loadIdentifierRules();
const NOW = 1_795_000_000_000;
const HOUR = 3_600_000;
const fresh = () => new CustomerState(rules, () => NOW);

interface Draft {
  person: number;
  at: number;
  has: [user: boolean, email: number, anonymous: number];
  decision: 'granted' | 'denied' | 'withdrawn' | undefined;
  purpose: string;
}

/** Page views and consents, some of them hours apart so that repetitions are published again. */
function recordOf({ person, at, has: [user, email, anonymous], decision, purpose }: Draft, index: number): BatchRecord {
  const product = productOf(products, decision ? 'web.consents' : 'web.page-views');
  const identifiers: Record<string, string> = { anonymous_id: `a-${person}-${anonymous}` };
  if (user) identifiers['user_id'] = `u-${person}`;
  if (email > 0) identifiers['email_sha256'] = `e-${person}-${email}`;
  const receivedAt = NOW + at * HOUR / 2;
  const origin = `${product.topic}:0:${index}`;
  const eventId = activityIdOf(origin);
  const common = { event_id: eventId, occurred_at: receivedAt, received_at: receivedAt, source: 'test', identifiers };
  const record = decision
    ? { ...common, purpose, channel: 'any', decision, legal_basis: 'consent', evidence: null }
    : { ...common, url: 'https://shop.example/', path: '/', channel: 'direct', device: 'mobile', platform: 'web', is_bot: false };
  const input = { product, record, origin, eventId, receivedAt, identifiers };
  // A counterexample of whole products would be unreadable.
  return Object.assign(input, { [fc.toStringMethod]: () => JSON.stringify({ origin, at, identifiers, decision, purpose }) });
}

const draft: fc.Arbitrary<Draft> = fc.record({
  person: fc.nat(1), at: fc.nat(9),
  // Mostly strangers, so that profiles grow apart before they are merged.
  has: fc.tuple(fc.constantFrom(true, false, false, false), fc.constantFrom(0, 0, 0, 1), fc.nat(2)),
  decision: fc.option(fc.constantFrom('granted' as const, 'denied' as const, 'withdrawn' as const), { nil: undefined }),
  purpose: fc.constantFrom('marketing', 'marketing', 'marketing', 'analytics'),
});
const records = fc.array(draft, { maxLength: 30 }).map((drafts) => drafts.map(recordOf));
/** Any records, the conflicts of several users on one device among them, with offsets from `first`. */
const anyRecords = (first = 0) => fc.array(fc.tuple(draft, fc.nat(2)), { maxLength: 30 }).map((drafts) => drafts.map(([values, device], index) => {
  const input = recordOf(values, first + index);
  input.identifiers['anonymous_id'] = `device-${device}`;
  return input;
}));

function inBatches(state: CustomerState, input: BatchRecord[], sizes: number[]): BatchOutputs[] {
  const outputs: BatchOutputs[] = [];
  for (let start = 0, batch = 0; start < input.length; batch++) {
    const size = sizes[batch % sizes.length] ?? input.length;
    const plan = planBatch(state, input.slice(start, start + size));
    outputs.push(plan.outputs);
    plan.commit();
    start += size;
  }
  return outputs;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const activitiesOf = (outputs: BatchOutputs[]) => outputs.flatMap(({ activities }) => activities);

/** What a reader of the compacted topics has: the last record of each key. */
function compacted(outputs: BatchOutputs[]) {
  const identities = new Map(outputs.flatMap((each) => each.identities).map((record) => [record.identifier, record]));
  const consents = new Map(outputs.flatMap((each) => each.consents).map(({ key, record }) => [key, record]));
  for (const [key, record] of consents) if (record === null) consents.delete(key);
  return { identities, consents };
}

/** profile|purpose|channel to decision: what others act on. */
const decisionsIn = (outputs: BatchOutputs[]) => Object.fromEntries(Array.from(compacted(outputs).consents, ([key, record]) => [key, record!.decision]));
const profilesIn = (outputs: BatchOutputs[]) => Object.fromEntries(Array.from(compacted(outputs).identities, ([identifier, record]) => [identifier, record.profile_id]));

/** Who shares a profile, whatever its id: late records may find the one that they would have given in use. */
const together = (profiles: Record<string, string>) => [...Map.groupBy(Object.keys(profiles).sort(), (name) => profiles[name]).values()];

/** The definition: of all statements of a profile, the last one. */
function latestStatements(input: BatchRecord[], profiles: Record<string, string>): Record<string, unknown> {
  const latest = new Map<string, Position & { decision: unknown }>();
  for (const { record, origin, identifiers } of input) {
    if (!record['decision']) continue;
    const key = `${profiles[`anonymous_id:${identifiers['anonymous_id']}`]}|${String(record['purpose'])}|any`;
    const statement = { decided_at: record['occurred_at'] as number, origin, decision: record['decision'] };
    const other = latest.get(key);
    if (!other || comparePositions(statement, other) > 0) latest.set(key, statement);
  }
  return Object.fromEntries(Array.from(latest, ([key, { decision }]) => [key, decision]));
}

/** The decisions that a reader of activities alone finds, who takes merged profiles together. */
function toldByActivities(activities: CustomerActivities[], profiles: Record<string, string>): Record<string, string> {
  const latest = new Map<string, Position & { decision: string }>();
  for (const { identifier, type, properties, occurred_at, origin } of activities) {
    if (!type.startsWith('consent_')) continue;
    const key = `${profiles[identifier]}|${properties['purpose']}|${properties['channel']}`;
    const statement = { decided_at: occurred_at, origin, decision: type.slice('consent_'.length) };
    const other = latest.get(key);
    if (!other || comparePositions(statement, other) >= 0) latest.set(key, statement);
  }
  return Object.fromEntries(Array.from(latest, ([key, { decision }]) => [key, decision]));
}

describe('planBatch', () => {
  it('gives the same people and decisions in any order, which are those of the last statements', () => {
    const shuffled = records.chain((input) => fc.tuple(fc.constant(input), fc.shuffledSubarray(input, { minLength: input.length }), sizes));
    fc.assert(fc.property(shuffled, ([input, order, split]) => {
      const outputs = inBatches(fresh(), order, split);
      const profiles = profilesIn(outputs);
      expect(together(profiles)).toEqual(together(profilesIn(inBatches(fresh(), input, [input.length || 1]))));
      expect(decisionsIn(outputs)).toEqual(latestStatements(input, profiles));
      expect(toldByActivities(activitiesOf(outputs), profiles)).toEqual(latestStatements(input, profiles));
    }), { numRuns: 1000 });
  });

  it('gives the same in any batches as one by one', () => {
    fc.assert(fc.property(anyRecords(), sizes, (input, split) => {
      const oneByOne = inBatches(fresh(), input, [1]);
      const batched = inBatches(fresh(), input, split);
      expect(activitiesOf(batched)).toEqual(activitiesOf(oneByOne));
      expect(compacted(batched)).toEqual(compacted(oneByOne));
    }), { numRuns: 200 });
  });

  it('leaves no trace of discarded plans', () => {
    fc.assert(fc.property(anyRecords(), anyRecords(100), sizes, (before, after, split) => {
      const [straight, troubled] = [fresh(), fresh()];
      inBatches(straight, before, split);
      inBatches(troubled, before, split);
      for (const attempt of [after.slice(0, 3), after, [...after].reverse()]) planBatch(troubled, attempt).discard();
      expect(inBatches(troubled, after, split)).toEqual(inBatches(straight, after, split));
    }), { numRuns: 200 });
  });

  it('counts every event once, however often and wherever it is sent again', () => {
    const repeated = anyRecords().chain((input) => fc.tuple(fc.constant(input), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }), sizes));
    fc.assert(fc.property(repeated, ([input, repeats, split]) => {
      const withRepeats = [...input];
      for (const [which, later] of repeats) {
        if (input.length === 0) break;
        const again = input[which % input.length]!;
        const at = withRepeats.indexOf(again) + 1 + later % (withRepeats.length - withRepeats.indexOf(again));
        withRepeats.splice(at, 0, { ...again, origin: 'elsewhere.v1:1:1', receivedAt: again.receivedAt + 1 });
      }
      const outputs = inBatches(fresh(), withRepeats, split);
      expect(activitiesOf(outputs)).toEqual(activitiesOf(inBatches(fresh(), input, [1])));
    }), { numRuns: 200 });
  });

  it('goes on after a restart with the identities, consents and ids that it published', () => {
    fc.assert(fc.property(anyRecords(), anyRecords(100), sizes, (before, after, split) => {
      const straight = fresh();
      const published = inBatches(straight, before, split);
      const { identities, consents } = compacted(published);
      const restarted = fresh();
      for (const [identifier, record] of identities) restarted.graph.restore(identifier, record);
      for (const [key, record] of consents) restarted.consents.restore(key, record);
      for (const ids of published.flatMap(({ eventIds }) => eventIds)) restarted.resends.restore(ids);
      const views = after.filter(({ record }) => !record['decision']);
      const withoutOrder = (outputs: BatchOutputs[]) => outputs.map(({ activities, identities: changed }) => ({
        activities: activities.filter(({ product }) => product !== 'customer.consents'),
        identities: changed.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1)),
      }));
      expect(withoutOrder(inBatches(restarted, views, split))).toEqual(withoutOrder(inBatches(straight, views, split)));
    }), { numRuns: 200 });
  });
});
