import { describe, expect, it, jest } from '@jest/globals';
import { Metrics, createLogger } from '@tideway/service';
import { compileDefinitions } from './compiled.js';
import { loadCatalog, parseDefinitions } from './evaluate/index.js';
import { DefinitionFollower, type FollowerParts } from './follower.js';
import { AdoptionProgress } from './metrics.js';
import { LeastRecentlyUsed } from './profile-cache.js';
import { StoredStates } from './stored-states.js';

const catalog = loadCatalog();
const compiled = (gte: number) => compileDefinitions(parseDefinitions({
  traits: [{ file: 'traits/orders.yaml', text: 'name: orders\ndescription: d\nowner: o\noperator: count\nover: { types: [order_completed] }\nwindow: 30d\n' }],
  segments: [{ file: 'segments/buyers.yaml', text: `name: buyers\nversion: ${gte}\ndescription: d\nowner: o\npurpose: marketing\nwhen: { trait: orders, gte: ${gte} }\n` }],
}, catalog));

/** A follower of `definitions` over what was restored; what else it is given, a test says where it is used. */
const followerOf = (definitions: { compiled: FollowerParts['definitions']['compiled'] }, restored: { stored?: StoredStates; adopted?: [string, string][] }, parts: Partial<FollowerParts> = {}) =>
  new DefinitionFollower({
    logger: createLogger('test', 'silent'), formats: undefined as never, nominees: undefined as never,
    definitions: Object.assign(definitions, { onChange: () => () => undefined }),
    restored: { stored: restored.stored ?? new StoredStates(), adopted: new Map(restored.adopted) } as FollowerParts['restored'],
    cache: new LeastRecentlyUsed(10, () => 1), progress: new AdoptionProgress(new Metrics('test'), 0), unsure: () => [], onReady: () => undefined, ...parts,
  });

describe('the definitions that a partition follows', () => {
  it('hold from the moment on at which it changed over: what had waited is evaluated as of no earlier time', () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(1_000);
    const definitions = { compiled: compiled(1) };
    const follower = followerOf(definitions, {});
    clock.mockRestore();
    expect(follower.since).toBe(1_000);
    follower.follow(2_000);
    expect(follower.since).toBe(1_000);
    definitions.compiled = compiled(2);
    follower.follow(3_000);
    expect(follower.since).toBe(3_000);
    expect(follower.compiled).toBe(definitions.compiled);
    follower.close();
  });

  it('have nobody in a segment that is new, so that no state is looked at; but in one that was begun, or where nothing was ever told', async () => {
    const lookedAt = async (adopted: [string, string][]) => {
      const stored = new StoredStates();
      stored.set('a', Buffer.from('a member of buyers'));
      const decode = jest.fn(() => Promise.resolve({ segments: [] }));
      const follower = followerOf({ compiled: compiled(1) }, { stored, adopted }, { formats: { stateMembers: { decode } } as never, nominees: { ask: () => Promise.resolve() } as never });
      follower.adopt(1_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
      follower.close();
      return decode.mock.calls.length;
    };
    const others: [string, string] = ['others', 'meaning'];
    expect(await lookedAt([['buyers', 'begun']])).toBe(1);
    expect(await lookedAt([])).toBe(1);
    // Looked for are those who were in `others`, which is no more: by its name.
    expect(await lookedAt([others])).toBe(0);
  });

  it('wait with those who have to be evaluated until events leave time for it, and they are ready', async () => {
    const stored = new StoredStates();
    stored.set('a', Buffer.from('a'));
    const follower = followerOf({ compiled: compiled(1) }, { stored }, {
      formats: { stateMembers: { decode: () => Promise.resolve({ segments: [] }) } } as never,
      nominees: { ask: (_compiled, _changed, asker) => Promise.resolve(asker.found({ at: 1_000, people: new Map([['a', []]]) })) } as FollowerParts['nominees'],
    });
    expect(follower.nextWake(7_000)).toBeUndefined();
    follower.adopt(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([follower.nextWake(7_000), follower.nextWake(0), follower.nextWake(undefined)]).toEqual([7_000, 0, undefined]);
    follower.evaluated('a');
    // That everybody is evaluated has to be told.
    expect(follower.nextWake(7_000)).toBe(0);
    follower.close();
  });
});
