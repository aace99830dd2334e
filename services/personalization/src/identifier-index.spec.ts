import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdentifierIndex } from './identifier-index.js';

describe('the index of identifiers', () => {
  it('finds a winner also where its loser came in between and went', () => {
    const index = new IdentifierIndex();
    index.set('winner', ['user_id:1', 'anonymous_id:a']);
    index.set('loser', ['anonymous_id:a']);
    index.set('loser', []);
    expect(index.find('anonymous_id:a')).toBe('winner');
  });

  it('finds a profile that has the identifier wherever there is one, and nobody else', () => {
    const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))), { maxLength: 40 });
    fc.assert(fc.property(sets, (steps) => {
      const index = new IdentifierIndex();
      const held = new Map<string, string[]>();
      for (const [n, identifiers] of steps) {
        index.set(`p${n}`, identifiers);
        held.set(`p${n}`, identifiers);
        for (const identifier of ['a', 'b', 'c', 'd']) {
          const owners = [...held].filter(([, list]) => list.includes(identifier)).map(([profileId]) => profileId);
          const found = index.find(identifier);
          expect(found === undefined).toBe(owners.length === 0);
          if (found !== undefined) expect(owners).toContain(found);
        }
      }
    }));
  });

  it('prefers who said so last', () => {
    const index = new IdentifierIndex();
    index.set('p1', ['a']);
    index.set('p2', ['a']);
    expect(index.find('a')).toBe('p2');
    index.set('p1', ['a', 'b']);
    expect(index.find('a')).toBe('p1');
  });
});
