import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdentityGraph } from './graph.js';
import type { JoinRules } from './join.js';
import { profileIdOf } from './uuid.js';

const TYPES = ['user', 'email', 'anon', 'deal'];
const rules: JoinRules = {
  types: new Map([
    ['user', { unique: true, limit: 1, merges: true }],
    ['email', { unique: false, limit: 3, merges: true }],
    ['anon', { unique: false, limit: 4, merges: true }],
    ['deal', { unique: false, limit: 9, merges: false }],
  ]),
};

interface Seen {
  at: number;
  identifiers: [string, string][];
}

/** Records of a few people without conflicts: a deal comes alone, or with the one e-mail address that it belongs to. */
const record: fc.Arbitrary<Seen> = fc.record({
  person: fc.nat(3), at: fc.nat(8), user: fc.boolean(), email: fc.nat(3), anon: fc.nat(4), deal: fc.boolean(),
}).map(({ person, at, user, email, anon, deal }) => {
  const identifiers: [string, string][] = [];
  if (user) identifiers.push(['user', `${person}`]);
  if (email > 0 || (deal && (user || anon > 0))) identifiers.push(['email', `${person}-${deal ? 1 : email}`]);
  if (anon > 0) identifiers.push(['anon', `${person}-${anon}`]);
  if (deal) identifiers.push(['deal', `${person}`]);
  return { at, identifiers };
}).filter(({ identifiers }) => identifiers.length > 0);

const textOf = ([type, value]: [string, string]) => `${type}:${value}`;

/** The definition, worked out over the whole set: what hangs together is a profile, named by its oldest identifier. */
function profilesOf(records: Seen[]): Record<string, string> {
  const since = new Map<string, number>();
  let groups: Set<string>[] = [];
  for (const { at, identifiers } of records) {
    const names = identifiers.map(textOf);
    for (const name of names) since.set(name, Math.min(since.get(name) ?? Infinity, at));
    const touched = groups.filter((group) => names.some((name) => group.has(name)));
    groups = [...groups.filter((group) => !touched.includes(group)), new Set([...names, ...touched.flatMap((group) => [...group])])];
  }
  const profiles: Record<string, string> = {};
  for (const group of groups) {
    const [oldest] = [...group].sort((a, b) => since.get(a)! - since.get(b)! || (a < b ? -1 : 1));
    for (const name of group) profiles[name] = profileIdOf(oldest!);
  }
  return profiles;
}

/** Who shares a profile, whatever its id. */
function together(profiles: Record<string, string>): string[][] {
  return [...Map.groupBy(Object.keys(profiles).sort(), (name) => profiles[name]).values()];
}

function profilesIn(graph: IdentityGraph): Record<string, string> {
  return Object.fromEntries(Array.from(graph.entries(), ([identifier, state]) => [identifier, state.profile_id]));
}

describe('IdentityGraph', () => {
  it('gives the profiles that the set of records defines, whatever the batches: the same people in any order, and in the order of their times the same ids', () => {
    const shuffled = fc.array(record, { maxLength: 30 }).chain((records) => fc.tuple(
      fc.constant(records),
      fc.shuffledSubarray(records, { minLength: records.length }),
      fc.array(fc.boolean(), { minLength: records.length, maxLength: records.length }),
    ));
    fc.assert(fc.property(shuffled, ([records, order, commitsAfter]) => {
      const graph = new IdentityGraph(rules);
      order.forEach(({ at, identifiers }, index) => {
        expect(graph.resolve(identifiers, at)!.conflict).toBeUndefined();
        if (commitsAfter[index]) graph.commit();
      });
      graph.commit();
      expect(together(profilesIn(graph))).toEqual(together(profilesOf(records)));
      const timely = records.map(({ identifiers }, at) => ({ at, identifiers }));
      const other = new IdentityGraph(rules);
      for (const { at, identifiers } of timely) other.resolve(identifiers, at);
      other.commit();
      expect(profilesIn(other)).toEqual(profilesOf(timely));
    }), { numRuns: 500 });
  });

  it('never breaks a rule, and tells every step from one state to the next, whatever the records are', () => {
    const any = fc.record({
      at: fc.nat(8),
      identifiers: fc.uniqueArray(fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom('1', '2', '3', '4', '5')), { selector: ([type]) => type, minLength: 1 })
        .map((identifiers) => identifiers.sort(([a], [b]) => TYPES.indexOf(a) - TYPES.indexOf(b))),
    });
    fc.assert(fc.property(fc.array(any, { maxLength: 40 }), (records) => {
      const graph = new IdentityGraph(rules);
      let told: Record<string, string> = {};
      for (const { at, identifiers } of records) {
        const { profileId, identifier, links, merges } = graph.resolve(identifiers, at)!;
        for (const merge of merges) {
          expect(Object.keys(told).filter((name) => told[name] === merge.loser).sort()).toEqual(merge.identifiers);
          told = Object.fromEntries(Object.entries(told).map(([name, id]) => [name, id === merge.loser ? merge.winner : id]));
        }
        for (const link of links) told[link.identifier] = link.profileId;
        graph.commit();
        expect(profilesIn(graph)).toEqual(told);
        expect(told[identifier]).toBe(profileId);
        expect(identifiers.map(textOf)).toContain(identifier);
      }
      for (const id of new Set(Object.values(told))) {
        for (const [type, { limit }] of rules.types) {
          expect(Object.keys(told).filter((name) => told[name] === id && name.startsWith(`${type}:`)).length).toBeLessThanOrEqual(limit);
        }
      }
    }), { numRuns: 300 });
  });

  it('keeps apart for good what was split, and gives no id that was given up', () => {
    const anyone = fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom('1', '2', '3'));
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ at: fc.nat(8), identifiers: fc.uniqueArray(anyone, { selector: ([type]) => type, minLength: 1 }).map((identifiers) => identifiers.sort(([a], [b]) => TYPES.indexOf(a) - TYPES.indexOf(b))) }) },
      { weight: 1, arbitrary: fc.record({ leaving: fc.uniqueArray(anyone.map(textOf), { minLength: 1, maxLength: 2, size: 'max' }) }) },
    );
    let splits = 0;
    fc.assert(fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      let graph = new IdentityGraph(rules);
      let told: Record<string, string> = {};
      const gone = new Set<string>();
      const apart: [string, string][] = [];
      for (const [index, one] of steps.entries()) {
        if ('leaving' in one) {
          const before = profilesIn(graph);
          const split = graph.split(one.leaving, `split-${index}`);
          const owners = new Set(one.leaving.map((name) => before[name]));
          const all = Object.keys(before).filter((name) => owners.has(before[name]));
          expect(typeof split === 'string').toBe(owners.size > 1 || owners.has(undefined) || all.length === one.leaving.length);
          if (typeof split === 'string') continue;
          splits += 1;
          expect([...split.left, ...split.stayed].sort()).toEqual(all.sort());
          for (const name of split.left) told[name] = split.into;
          for (const name of split.left) for (const other of split.stayed) apart.push([name, other]);
        } else {
          const { links, merges } = graph.resolve(one.identifiers, one.at)!;
          for (const { loser, winner } of merges) {
            told = Object.fromEntries(Object.entries(told).map(([name, id]) => [name, id === loser ? winner : id]));
            gone.add(loser);
          }
          for (const link of links) told[link.identifier] = link.profileId;
        }
        graph.commit();
        expect(profilesIn(graph)).toEqual(told);
        expect(apart.filter(([name, other]) => told[name] === told[other])).toEqual([]);
        const entries = [...graph.entries()];
        expect(entries.filter(([, state]) => gone.has(state.profile_id))).toEqual([]);
        // A takeover knows no more than what was published.
        const restored = new IdentityGraph(rules);
        for (const [name, state] of entries) restored.restore(name, state);
        graph = restored;
      }
    }), { numRuns: 150 });
    // Far fewer would prove little.
    expect(splits).toBeGreaterThan(100);
  });
});
