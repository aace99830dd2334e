// Decides by what remains: after load and faults have ended and nothing is left to process, was anything lost, doubled,
// put in another order or computed differently?
import { setTimeout as sleep } from 'node:timers/promises';
import { checkMemberships, checkOnce, checkProfiles, readMemberships, type Clients } from '@tideway/mesh';
import type { Totals } from '@tideway/simulator';
import type { Write } from '../definitions/author.js';
import type { Evidence } from '../evidence.js';
import type { Ledger } from '../load/ledger.js';
import type { Operator } from '../people/operator.js';
import { checkActivities } from './activities.js';
import { checkKept } from './kept.js';
import { checkActivityOrder, checkTopicOrder } from './order.js';
import { checkPoison } from './poison.js';
import { Removals } from './removals.js';
import { checkReports } from './reports.js';
import { scanTopics } from './scan.js';
import { checkSplits } from './splits.js';
import { checkStorage } from './storage.js';
import { checkReasons, checkTimers } from './time.js';
import { fromFinding, verdict, type Verdict } from './verdict.js';

export interface CheckOptions {
  clients: Clients;
  ledger: Ledger;
  evidence: Evidence;
  totals: Totals;
  /** Definitions that were written over HTTP, in their order. */
  writes: readonly Write[];
  operator: Operator;
}

/** What was evaluated is in ClickHouse: states before timers are looked for in them, and memberships after it. */
const SETTLED_MS = 2_000;

/** A read that failed, for whatever reason, says nothing about what it was to read: it is done again, this often at most. */
const ATTEMPTS = 5;
const RETRY_MS = 5_000;

/** Every check; call it when everything is processed, though time goes on changing memberships. Rejects where the platform does not answer. */
export async function check(options: CheckOptions): Promise<Verdict[]> {
  const frozen = Date.now();
  await sleep(SETTLED_MS);
  const timers = await checkTimers(options.clients, frozen);
  await sleep(SETTLED_MS);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return [...(await checkOnceMore(options, frozen)), timers];
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function checkOnceMore({ clients, ledger, evidence, totals, writes, operator }: CheckOptions, frozen: number): Promise<Verdict[]> {
  const scan = await scanTopics(clients, evidence);
  const removals = new Removals(writes);
  const log = await readMemberships(clients, frozen, (change) => removals.add(change));
  return [
    checkAnswers(totals),
    ...(await checkKept(clients, scan, { ledger, lostToWarehouse: evidence.lostToWarehouse })),
    await checkReports(clients, ledger.reported),
    ...(await checkOnce(clients)).map(fromFinding),
    await checkStorage(clients, scan),
    checkActivities(scan, ledger.promised, new Set(clients.products.filter(({ activity }) => activity).map(({ topic }) => topic))),
    await checkPoison(clients, evidence.poisoned),
    checkTopicOrder(scan, ledger.promised),
    checkActivityOrder(scan),
    ...(await checkMemberships(clients, frozen, log)).map(fromFinding),
    checkReasons(log, operator.splits.length),
    await checkSplits(clients, operator),
    removals.verdict(log),
    fromFinding(await checkProfiles(clients)),
    ...evidence.verdicts,
  ];
}

function checkAnswers({ sent, accepted, quarantined, rejected, retries, unknown, differences }: Totals): Verdict {
  const ok = differences.length === 0 && unknown === 0;
  return verdict('answers', ok, differences[0] ?? `every answer as expected: of ${sent} events ${accepted} accepted, ${quarantined} to quarantine, ${rejected} rejected; ${retries} requests sent again`);
}
