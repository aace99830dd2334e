// Whether every event that was promised by a 2xx is there once: in its product's view, or in quarantine.
import type { Clients } from '@tideway/mesh';
import { DOMAINS } from '../domains/index.js';
import type { Ledger } from '../load/ledger.js';
import { isDomains, type Scan } from './scan.js';
import { verdict, type Verdict } from './verdict.js';

export interface KeptOptions {
  ledger: Ledger;
  /** Ids of events whose records retention took before the warehouse had read them: the loss that was told. */
  lostToWarehouse: ReadonlySet<string>;
}

/** By id: nothing that was promised is missing, nothing is there that was not, and nothing is in two places. */
export async function checkKept(clients: Clients, scan: Scan, { ledger, lostToWarehouse }: KeptOptions): Promise<Verdict[]> {
  const records = await recordIds(clients);
  const stored = new Map([...(await idsOf('named', clients)).map((id) => [id, 1] as const), ...records]);
  const quarantined = new Set(await idsOf('quarantined', clients));
  const { promised } = ledger;
  const missing = [...promised].filter(([id]) => !stored.has(id) && !quarantined.has(id));
  const untold = missing.filter(([id]) => !lostToWarehouse.has(id));
  const told = missing.length - untold.length;
  const twice = [...promised].filter(([id]) => (stored.get(id) ?? 0) + (quarantined.has(id) ? 1 : 0) > 1);
  const unexpected = [...stored.keys()].filter((id) => !promised.has(id));
  const problems = [
    ...describe('are nowhere', untold.map(([id]) => id)),
    ...describe('are in two places', twice.map(([id]) => id)),
    ...describe('were never accepted', unexpected),
  ];
  const lost = untold.map(([, { at }]) => at);
  const doubled = [...twice.map(([, { at }]) => at), ...unexpected.map(() => NaN)];
  return [
    verdict('every 2xx kept', problems.length === 0, problems.join('; ') || `${promised.size} events by id: each in its view or in quarantine, once${told > 0 ? `; ${told} lost to retention, as told` : ''}`, { lost, doubled }),
    checkToldLoss(scan, records, lostToWarehouse),
  ];
}

/** What is said to be lost must be: else the alarm counts what is there. */
function checkToldLoss(scan: Scan, records: ReadonlyMap<string, number>, lostToWarehouse: ReadonlySet<string>): Verdict {
  const occurrences = new Map<string, number>();
  for (const { id } of [...scan.events.values()].flat()) occurrences.set(id, (occurrences.get(id) ?? 0) + 1);
  // An event that was sent more than once may be stored by another of its records.
  const there = [...lostToWarehouse].filter((id) => records.has(id) && occurrences.get(id) === 1);
  return verdict('told losses', there.length === 0, there.length === 0 ? `${lostToWarehouse.size} events told to be lost` : `${there.length} events are told to be lost, and are there (${there[0]})`);
}

function describe(what: string, ids: string[]): string[] {
  return ids.length === 0 ? [] : [`${ids.length} ${what} (${ids.slice(0, 3).join(', ')})`];
}

/** How often each event id stands in the views of records. */
async function recordIds(clients: Clients): Promise<Map<string, number>> {
  const views = clients.products.filter((product) => isDomains(product) && !product.id.endsWith('.consents'));
  const ids = new Map<string, number>();
  for (const { id, database, view } of views) {
    // Other lines of an import than interactions are known by their totals: the load does not know their ids.
    const known = id === 'crm.interactions' ? '' : " WHERE NOT startsWith(source, 'import:')";
    for (const { event_id } of await clients.rows<{ event_id: string }>(`SELECT event_id FROM ${database}.${view}${known}`)) {
      ids.set(event_id, (ids.get(event_id) ?? 0) + 1);
    }
  }
  return ids;
}

/** Ids that each domain finds in its own way. */
async function idsOf(where: 'named' | 'quarantined', clients: Clients): Promise<string[]> {
  return (await Promise.all(Object.values(DOMAINS).map(async (domain) => (await domain[where]?.(clients)) ?? []))).flat();
}
