// Whether identifiers that left a profile are still apart from those that stayed, whatever was joined since.
import type { Clients } from '@tideway/mesh';
import type { DoneSplit, Operator } from '../people/operator.js';
import { verdict, type Verdict } from './verdict.js';

/** Who has each identifier at the end. Rejects where ClickHouse does not answer. */
export async function checkSplits({ rows }: Clients, { splits, failures }: Pick<Operator, 'splits' | 'failures'>): Promise<Verdict> {
  const known = await rows<{ identifier: string; profile_id: string }>('SELECT identifier, profile_id FROM customer.identities');
  const owners = new Map(known.map(({ identifier, profile_id: profileId }) => [identifier, profileId]));
  const problems = [...failures, ...rejoined(splits, owners)];
  return verdict('splits', problems.length === 0, problems.length > 0 ? problems.slice(0, 3).join('; ') : `${splits.length} profiles were split, and nobody who left is with who stayed`);
}

/** What is not as it should be, for people. Pure. */
export function rejoined(splits: readonly DoneSplit[], owners: ReadonlyMap<string, string>): string[] {
  return splits.flatMap(({ from, left, stayed }) => {
    const stay = new Set(stayed.map((identifier) => owners.get(identifier)));
    const back = left.find((identifier) => !owners.has(identifier) || stay.has(owners.get(identifier)));
    return back ? [`${back}, which left ${from}, is ${owners.has(back) ? 'with who stayed' : 'nobody'}`] : [];
  });
}
