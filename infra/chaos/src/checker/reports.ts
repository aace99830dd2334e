// Whether each row of the reports that were accepted is in its view, once, as its last extraction says.
import type { Clients } from '@tideway/mesh';
import { DOMAINS, type ReportRow } from '../domains/index.js';
import type { Reported } from '../load/ledger.js';
import { verdict, type Verdict } from './verdict.js';

export async function checkReports(clients: Clients, reported: ReadonlyMap<string, Reported>): Promise<Verdict> {
  const stored = await Promise.all(Object.values(DOMAINS).map(async (domain) => (await domain.stored?.(clients)) ?? []));
  return compareReports(stored.flat(), reported);
}

/** Pure. */
export function compareReports(stored: readonly ReportRow[], reported: ReadonlyMap<string, Reported>): Verdict {
  const found = Map.groupBy(stored, ({ key }) => key);
  const missing = [...reported.values()].filter(({ key }) => !found.has(key));
  const other = [...reported.values()].filter(({ key, extractedAt, values }) => found.get(key)?.some((row) => row.extractedAt !== extractedAt || row.values !== values));
  const twice = [...found.values()].filter((rows) => rows.length > 1).map((rows) => rows[0]!);
  const unexpected = stored.filter(({ key }) => !reported.has(key));
  const problems = [
    ...describe('are nowhere', missing), ...describe('are not those of their last extraction', other),
    ...describe('are there twice', twice), ...describe('were never accepted', unexpected),
  ];
  return verdict('last extractions kept', problems.length === 0, problems.join('; ') || `${reported.size} rows of reports by key: each in its view, once, as last extracted`, {
    lost: [...missing, ...other].map(({ at }) => at), doubled: [...twice, ...unexpected].map(({ key }) => reported.get(key)?.at ?? NaN),
  });
}

function describe(what: string, rows: readonly ReportRow[]): string[] {
  return rows.length === 0 ? [] : [`${rows.length} rows of reports ${what} (${rows.slice(0, 3).map(({ key }) => key).join(', ')})`];
}
