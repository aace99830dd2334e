import { describe, expect, it } from '@jest/globals';
import { IdentityGraph, type Resolution } from './graph.js';
import type { JoinRules } from './join.js';
import { profileIdOf } from './uuid.js';

const rules: JoinRules = {
  types: new Map([
    ['user', { unique: true, limit: 1, merges: true }],
    ['email', { unique: false, limit: 2, merges: true }],
    ['anon', { unique: false, limit: 3, merges: true }],
    ['deal', { unique: false, limit: 9, merges: false }],
  ]),
};

/** A graph with `seen(at, ...identifiers)`, which commits each record. */
function graphWith(...records: [at: number, ...identifiers: string[]][]) {
  const graph = new IdentityGraph(rules);
  const seen = (at: number, ...identifiers: string[]): Resolution => {
    const resolution = graph.resolve(identifiers.map((identifier) => identifier.split(':') as [string, string]), at)!;
    graph.commit();
    return resolution;
  };
  for (const [at, ...identifiers] of records) seen(at, ...identifiers);
  return { graph, seen, state: () => Object.fromEntries(graph.entries()) };
}

describe('IdentityGraph', () => {
  it('makes a profile of the first identifier seen', () => {
    const { seen } = graphWith();
    expect(seen(10, 'anon:a')).toEqual({
      profileId: profileIdOf('anon:a'), identifier: 'anon:a', merges: [],
      links: [{ identifier: 'anon:a', profileId: profileIdOf('anon:a'), cause: 'first_seen' }],
    });
    expect(seen(11, 'anon:a')).toEqual({ profileId: profileIdOf('anon:a'), identifier: 'anon:a', links: [], merges: [] });
  });

  it('links a new identifier to the profile of the one beside it, and attributes the record by the strongest', () => {
    const { seen } = graphWith([10, 'anon:a']);
    expect(seen(20, 'user:1', 'anon:a')).toEqual({
      profileId: profileIdOf('anon:a'), identifier: 'user:1', merges: [],
      links: [{ identifier: 'user:1', profileId: profileIdOf('anon:a'), cause: 'link' }],
    });
  });

  it('keeps the oldest profile in a merge and tells every identifier that moved', () => {
    const { seen, state } = graphWith([10, 'anon:a'], [20, 'user:1'], [30, 'user:1', 'email:x']);
    const winner = profileIdOf('anon:a');
    expect(seen(40, 'user:1', 'anon:a')).toEqual({
      profileId: winner, identifier: 'user:1', links: [],
      merges: [{ loser: profileIdOf('user:1'), winner, identifiers: ['email:x', 'user:1'] }],
    });
    expect(state()).toEqual({
      'anon:a': { profile_id: winner, since: 10, cause: 'first_seen' },
      'user:1': { profile_id: winner, since: 20, cause: 'merge' },
      'email:x': { profile_id: winner, since: 30, cause: 'merge' },
    });
  });

  it('does not go back to an id that it has given up, which consumers know as merged away', () => {
    const { seen } = graphWith([10, 'anon:a'], [20, 'email:x'], [30, 'email:x', 'anon:a']);
    expect(seen(5, 'email:x')).toMatchObject({ profileId: profileIdOf('anon:a'), merges: [] });
    // That of one that was only ever linked is free.
    const { seen: seenToo } = graphWith([10, 'anon:a'], [20, 'email:x', 'anon:a']);
    expect(seenToo(5, 'email:x')).toMatchObject({ profileId: profileIdOf('email:x'), merges: [{ loser: profileIdOf('anon:a') }] });
    expect(seenToo(1, 'anon:a')).toMatchObject({ profileId: profileIdOf('email:x'), merges: [] });
  });

  it('merges three profiles of one record into the oldest, one merge for each that goes', () => {
    const { seen } = graphWith([30, 'user:1'], [20, 'email:x'], [10, 'anon:a']);
    const winner = profileIdOf('anon:a');
    expect(seen(40, 'user:1', 'email:x', 'anon:a').merges.map(({ loser, winner: into }) => [loser, into]))
      .toEqual([[profileIdOf('user:1'), winner], [profileIdOf('email:x'), winner]]);
  });

  it('breaks a tie of age by the identifier', () => {
    expect(graphWith().seen(10, 'user:1', 'anon:a').profileId).toBe(profileIdOf('anon:a'));
  });

  it('moves a profile to another id where a late record makes another identifier its oldest', () => {
    const { seen, state } = graphWith([20, 'user:1', 'anon:a']);
    const [loser, winner] = [profileIdOf('anon:a'), profileIdOf('user:1')];
    expect(seen(5, 'user:1')).toMatchObject({ profileId: winner, links: [], merges: [{ loser, winner, identifiers: ['anon:a', 'user:1'] }] });
    expect(state()['user:1']).toEqual({ profile_id: winner, since: 5, cause: 'merge' });
  });

  it('keeps the profile where a late record only makes its oldest identifier older', () => {
    const { graph, seen, state } = graphWith([20, 'anon:a']);
    expect(seen(5, 'anon:a')).toMatchObject({ merges: [], links: [] });
    expect(state()).toEqual({ 'anon:a': { profile_id: profileIdOf('anon:a'), since: 5, cause: 'first_seen' } });
    expect(graph.size).toBe(1);
  });

  it('leaves another user\'s device where it is, and attributes the record to its own user', () => {
    const { seen, graph } = graphWith([10, 'user:1', 'anon:a']);
    expect(seen(20, 'user:2', 'email:x', 'anon:a')).toEqual({
      profileId: profileIdOf('email:x'), identifier: 'user:2', merges: [],
      links: [
        { identifier: 'user:2', profileId: profileIdOf('email:x'), cause: 'link' },
        { identifier: 'email:x', profileId: profileIdOf('email:x'), cause: 'first_seen' },
      ],
      conflict: { rule: 'unique', type: 'user', left: ['anon:a'] },
    });
    expect(graph.profileOf('anon:a')).toBe(profileIdOf('anon:a'));
  });

  it('gives an identifier beyond the limit a profile of its own', () => {
    const { seen } = graphWith([1, 'user:1', 'anon:a'], [2, 'user:1', 'anon:b'], [3, 'user:1', 'anon:c']);
    expect(seen(4, 'user:1', 'anon:d')).toMatchObject({
      profileId: profileIdOf('anon:a'), identifier: 'user:1',
      links: [{ identifier: 'anon:d', profileId: profileIdOf('anon:d'), cause: 'first_seen' }],
      conflict: { rule: 'limit', type: 'anon', left: ['anon:d'] },
    });
    expect(seen(5, 'user:1', 'anon:d')).toMatchObject({ profileId: profileIdOf('anon:a'), links: [], merges: [], conflict: { rule: 'limit' } });
  });

  it('resolves by a deal without merging its contacts', () => {
    const { seen } = graphWith([1, 'email:x', 'deal:1'], [2, 'email:y']);
    expect(seen(3, 'email:y', 'deal:1')).toEqual({ profileId: profileIdOf('email:y'), identifier: 'email:y', links: [], merges: [] });
    expect(seen(4, 'deal:1').profileId).toBe(profileIdOf('deal:1'));
    expect(seen(5, 'email:x').profileId).toBe(profileIdOf('deal:1'));
  });

  it('gives a deal that came before its contact to the contact', () => {
    const { seen } = graphWith([1, 'deal:1'], [2, 'email:x']);
    expect(seen(3, 'email:x', 'deal:1').merges).toEqual([{ loser: profileIdOf('email:x'), winner: profileIdOf('deal:1'), identifiers: ['email:x'] }]);
  });

  it('resolves nothing for a record without identifiers', () => {
    expect(new IdentityGraph(rules).resolve([], 1)).toBeUndefined();
  });

  it('goes on after a restart as if there had been none', () => {
    const { graph, seen } = graphWith([10, 'anon:a'], [20, 'user:1', 'email:x']);
    const restarted = new IdentityGraph(rules);
    // The changelog as it is before compaction: an identifier's earlier profile comes first.
    restarted.restore('email:x', { profile_id: 'an-earlier-one', since: 20, cause: 'first_seen' });
    for (const [identifier, state] of graph.entries()) restarted.restore(identifier, state);
    expect(restarted.resolve([['user', '1'], ['anon', 'a']], 30)).toEqual(seen(30, 'user:1', 'anon:a'));
  });

  it('forgets an identifier whose tombstone it restores, and takes it back into the profile that it once named', () => {
    const { graph, seen } = graphWith([10, 'anon:a'], [20, 'user:1', 'anon:a']);
    graph.restore('anon:a', null);
    expect(graph.profileOf('anon:a')).toBeUndefined();
    seen(30, 'anon:a');
    expect(seen(40, 'user:1').profileId).toBe(graph.profileOf('anon:a'));
  });

  it('leaves no trace of a plan that is discarded', () => {
    const { graph, state } = graphWith([10, 'anon:a'], [20, 'user:1']);
    const before = state();
    const plan = () => graph.resolve([['user', '1'], ['anon', 'a'], ['email', 'x']], 5);
    const first = plan();
    expect(graph.planned().map(({ identifier }) => identifier).sort()).toEqual(['anon:a', 'email:x', 'user:1']);
    graph.discard();
    expect(state()).toEqual(before);
    expect(graph.planned()).toEqual([]);
    expect(plan()).toEqual(first);
  });
});
