// The library over months of the simulated shop: every segment has members at some time, or says why not.
import { describe, expect, it } from '@jest/globals';
import { shopActivities, type ShopActivity } from '@tideway/testing';
import { loadDefinitions } from '../definitions/load.js';
import { createEvaluator } from './evaluator.js';
import type { Rank } from './ranks.js';

const DAY = 86_400_000;
/** As long as the history that `npm start` tells, of a shop that is six times as large; its end is in the seasons' periods. */
const SHOP = { seed: 2, from: Date.parse('2026-08-29T20:00:00Z'), until: Date.parse('2026-11-27T20:00:00Z'), sessionsPerDay: 120 };
/** What happens within so long is evaluated together, as in a batch. */
const BATCH_MS = 60_000;

const definitions = loadDefinitions();
const evaluator = createEvaluator(definitions);
const profiles = shopActivities(SHOP);

function stateOf(profileId: string, activities: readonly ShopActivity[]) {
  const state = evaluator.empty(profileId);
  for (const activity of activities) evaluator.apply(state, { ...activity, profile_id: profileId });
  return state;
}

/** As ClickHouse works them out: the lowest values that have at least such a share of all at or below them. */
function learnRanks(ranks: readonly Rank[], now: number): void {
  const values = [...profiles].map(([profileId, activities]) => evaluator.traits(stateOf(profileId, activities), now));
  for (const rank of ranks) {
    const ranked = values.map((traits) => traits[rank.trait.name]).filter((value): value is number => typeof value === 'number' && value !== rank.nobodys).sort((a, b) => a - b);
    rank.learn([{ effectiveAt: 0, values: Array.from({ length: rank.into - 1 }, (_, share) => ranked[Math.ceil(((share + 1) / rank.into) * ranked.length) - 1]!) }]);
  }
}

/** Names of the segments that a profile was in, by its activities and by time alone. */
function everIn(profileId: string, activities: readonly ShopActivity[]): Set<string> {
  const found = new Set<string>();
  const state = evaluator.empty(profileId);
  let next = Infinity;
  const evaluate = (now: number) => {
    evaluator.prune(state, now);
    const { members, nextChangeAt } = evaluator.evaluate(state, now);
    for (const member of members) found.add(member);
    next = nextChangeAt ?? Infinity;
  };
  for (const [index, activity] of activities.entries()) {
    while (next < activity.occurred_at) evaluate(next);
    evaluator.apply(state, { ...activity, profile_id: profileId });
    const following = activities[index + 1]?.occurred_at ?? Infinity;
    if (following > activity.occurred_at + BATCH_MS) evaluate(activity.occurred_at);
  }
  while (next <= SHOP.until) evaluate(next);
  return found;
}

describe('the library over the simulated shop', () => {
  it('has members in each segment, but for those that say why not', () => {
    learnRanks(definitions.ranks, SHOP.until);
    const members = new Map<string, number>();
    for (const [profileId, activities] of profiles) for (const name of everIn(profileId, activities)) members.set(name, (members.get(name) ?? 0) + 1);
    const empty = definitions.segments.filter(({ name }) => !members.has(name)).map(({ name }) => name);
    expect(empty).toEqual(definitions.segments.filter(({ notSimulated }) => notSimulated !== undefined).map(({ name }) => name));
    expect((SHOP.until - SHOP.from) / DAY).toBe(90);
  });

  it('is as large as it says', () => {
    expect(definitions.traits.length).toBeGreaterThanOrEqual(60);
    expect(definitions.segments.length).toBeGreaterThanOrEqual(200);
  });
});
