// Tellers that end with the same people, and what of them is lost or doubled.
import { describe, expect, it } from '@jest/globals';
import { Telling, compareMembers } from './members.js';

const told = (...changes: [string, number, string[]][]) => {
  const telling = new Telling();
  for (const [profile_id, sequence, segments] of changes) telling.add({ profile_id, sequence, segments });
  return telling.told;
};

describe('Telling', () => {
  it('ends with the last set of each profile, and leaves out who is in none', () => {
    expect(told(['a', 1, ['x']], ['b', 1, ['y']], ['a', 2, ['x', 'y']], ['b', 2, []])).toEqual({ changes: 4, broken: 0, members: new Map([['a', 'x y']]) });
  });

  it.each([['a repeat', 1], ['a gap', 3]])('finds %s', (_, sequence) => {
    expect(told(['a', 1, ['x']], ['a', sequence, ['y']], ['b', 1, ['x']]).broken).toBe(1);
  });
});

describe('compareMembers', () => {
  it('finds nothing where both have the same', () => {
    expect(compareMembers(new Map([['a', 'x y'], ['b', 'x']]), new Map([['b', 'x'], ['a', 'x y']]))).toEqual({ members: { x: 2, y: 1 }, different: 0 });
  });

  it('counts who is in other segments, on either side', () => {
    expect(compareMembers(new Map([['a', 'x'], ['b', 'x']]), new Map([['a', 'x y'], ['c', 'x']]))).toEqual({
      members: { x: 2 }, different: 3, example: 'a is in x for us, in x y for Kafka Streams',
    });
  });
});
