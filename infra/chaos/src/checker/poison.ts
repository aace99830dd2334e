// Whether each poisoned record is in quarantine, once for each service that had to read it.
import type { Clients } from '@tideway/mesh';
import { verdict, type Verdict } from './verdict.js';

/** `poisoned`: services that read the record, by `topic:partition:offset`. */
export async function checkPoison({ rows }: Clients, poisoned: ReadonlyMap<string, readonly string[]>): Promise<Verdict> {
  const kept = await rows<{ origin: string; service: string; n: number }>(
    "SELECT assumeNotNull(origin) AS origin, service, uniqExact(event_id) AS n FROM operations.quarantine WHERE ifNull(origin, '') != '' GROUP BY origin, service",
  );
  const found = new Map(kept.map(({ origin, service, n }) => [`${service} ${origin}`, Number(n)]));
  const wanted = [...poisoned].flatMap(([origin, services]) => services.map((service) => `${service} ${origin}`));
  const missing = wanted.filter((entry) => !found.has(entry));
  const twice = wanted.filter((entry) => (found.get(entry) ?? 0) > 1);
  const expected = new Set(wanted);
  const good = [...found.keys()].filter((entry) => !expected.has(entry));
  const problems = [
    ...(missing.length > 0 ? [`${missing.length} are not in quarantine (${missing[0]})`] : []),
    ...(twice.length > 0 ? [`${twice.length} are there twice (${twice[0]})`] : []),
    ...(good.length > 0 ? [`${good.length} good records are in quarantine (${good[0]})`] : []),
  ];
  return verdict('poison', problems.length === 0, problems.join('; ') || `${poisoned.size} poisoned records, each in quarantine once per reader`, {
    lost: [...missing, ...good].map(() => NaN), doubled: twice.map(() => NaN),
  });
}
