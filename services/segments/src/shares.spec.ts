import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countsBy, idsOf, sharesTogether } from './shares.js';
import type { OwnRows } from './topics.js';

const IDS = ['p', 'q'];
const IDENTIFIERS = ['user_id:1', 'user_id:2', 'user_id:3'];
const share = (id: string) => fc.record({ profile_id: fc.constant(id), identifiers: fc.subarray(IDENTIFIERS), except: fc.boolean() });
const ownRows: fc.Arbitrary<OwnRows> = fc.tuple(fc.subarray(IDS), ...IDS.map((id) => fc.option(share(id), { nil: undefined })))
  .map(([aliases, ...shares]) => ({ aliases, shares: shares.filter((one) => one !== undefined) }));

function counted(rows: OwnRows): string[] {
  const [ids, counts] = [idsOf(rows), countsBy(rows.shares)];
  const every = IDS.flatMap((id) => IDENTIFIERS.map((identifier) => ({ profile_id: id, identifier })));
  return every.filter((row) => ids.includes(row.profile_id) && counts(row)).map(({ profile_id, identifier }) => `${profile_id} ${identifier}`);
}

describe('rows of several together', () => {
  it('are those of each of them', () => {
    fc.assert(fc.property(fc.array(ownRows, { maxLength: 4 }), (parts) => {
      const shares = sharesTogether(parts);
      expect(new Set(shares.map(({ profile_id }) => profile_id)).size).toBe(shares.length);
      const together = { aliases: parts.flatMap(({ aliases }) => aliases), shares };
      expect(counted(together).sort()).toEqual([...new Set(parts.flatMap(counted))].sort());
    }), { numRuns: 500 });
  });
});
