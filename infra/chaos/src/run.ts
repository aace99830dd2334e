// One run: the mesh under a steady load, faults one after the other, after each a canary, and at the end the checker.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, measureStolen, waitUntilProcessed, type Clients, type Workplace } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import { Arena } from './arena.js';
import { sendCanary, type CanaryResult } from './canary.js';
import { check } from './checker/checker.js';
import { checkDefinitions } from './checker/definitions.js';
import { verdict, type Verdict } from './checker/verdict.js';
import type { PatchName } from './controls/patches.js';
import { Author } from './definitions/author.js';
import { noEvidence } from './evidence.js';
import { FAULTS } from './faults/index.js';
import type { FaultContext } from './faults/fault.js';
import type { KindName } from './kinds.js';
import { Ledger } from './load/ledger.js';
import { startLoad, type Load } from './load/load.js';
import { Operator } from './people/operator.js';
import { seededRandom } from './random.js';
import { makeSchedule, type Fault } from './schedule.js';

export interface RunOptions {
  seed: number;
  minutes: number;
  brokers: 1 | 3;
  eventsPerSecond: number;
  only?: readonly KindName[];
  /** Deliberately broken: for controls. */
  patches?: readonly PatchName[];
  /** Faults in place of the seed's, for controls. */
  faults?: readonly Fault[];
}

/** What became of one fault. */
export interface FaultResult {
  fault: Fault;
  /** Time (ms) at which it began, and at which it was over. */
  beganAt: number;
  endedAt: number;
  /** From its end until a new event had arrived everywhere, in ms; undefined where it had not within the time. */
  recoveryMs: number | undefined;
  missing: string;
  seen?: CanaryResult['seen'];
  /** Share (0 to 1) of the processor time of the recovery that the host gave to other machines; undefined where that is not known. */
  stolen?: number;
  /** Why this machine could not do it. */
  skipped?: string;
}

export interface RunResult {
  options: RunOptions;
  faults: FaultResult[];
  verdicts: Verdict[];
  /** Of the mesh without faults, in ms. */
  calmMs: number | undefined;
  /** Native events that were sent, the canaries' included. */
  events: number;
  seconds: number;
  /** The same of the whole run. */
  stolen?: number;
}

const RECOVERY_LIMIT_MS = 60_000;
/** For machines on which everything is slow, as CI's while it starts cold: the limit as a multiple of what a new event takes without faults. */
const RECOVERY_LIMIT_CALMS = 15;
const CANARY_TIMEOUT_MS = 180_000;
const FINISH_TIMEOUT_MS = 180_000;
/** 200 segments at once, over all activities of an hour, on a machine that does much else. */
const QUERY_TIMEOUT_MS = 120_000;
const BREATH_MS = 500;
/** Of a recovery that takes longer, it is told where the time went. */
const SLOW_MS = 5_000;
export const DISTURBED_SHARE = 0.05;
/** The author's choices, and the operator's, are others than the faults'. */
const [AUTHORS_SEED, OPERATORS_SEED] = [1_000_003, 2_000_003];

/** Runs and checks; stops what it started when the workplace closes. Rejects where the mesh does not start, or the harness itself fails. */
export async function run(workplace: Workplace, options: RunOptions, say: (line: string) => void): Promise<RunResult> {
  const { seed, brokers, eventsPerSecond, minutes } = options;
  const begin = Date.now();
  const stolen = measureStolen();
  const arena = await Arena.start(workplace, { brokers, patches: options.patches, minutes, onProgress: (line) => void (/ready/.test(line) ? undefined : say(line)) });
  const clients = connect(arena.env, { queryTimeoutMs: QUERY_TIMEOUT_MS });
  workplace.onClose(() => clients.clickhouse.close());
  const ledger = new Ledger();
  let canaryEvents = 0;
  const canary = async () => {
    const result = await sendCanary({ arena, clients, ledger }, CANARY_TIMEOUT_MS);
    canaryEvents += result.events;
    return result;
  };
  // The first one also waits for tables and caches.
  await canary();
  const load = startLoad(arena, ledger, { seed, eventsPerSecond, seconds: minutes * 60 });
  const calm = await canary();
  const author = new Author(arena, seededRandom(seed + AUTHORS_SEED));
  const operator = new Operator(clients, seededRandom(seed + OPERATORS_SEED));
  const context: FaultContext = { arena, clients, ledger, load, author, evidence: noEvidence(), random: seededRandom(seed), say };
  say(`The mesh runs; without faults a canary takes ${describeMs(calm.ms)}.`);
  const schedule = options.faults ?? makeSchedule({ seed, minutes, targets: arena.targets, only: options.only });
  author.start();
  operator.start();
  const faults = await runFaults(context, schedule, { canary, load, endsAt: Date.now() + minutes * 60_000, isClosing: () => workplace.closing });
  say('The faults are over: waiting until everything is processed…');
  arena.heal();
  const totals = await load.end();
  await arena.ready();
  await author.end();
  await operator.end();
  const definitions = await checkDefinitions(arena, clients, author);
  const unfinished = await finish(arena, clients);
  if (unfinished) say(unfinished.detail);
  say('Checking…');
  const verdicts = [...(unfinished ? [unfinished] : []), definitions, ...(await check({ clients, ledger, evidence: context.evidence, totals, writes: author.writes, operator }))];
  return { options, faults, verdicts, calmMs: calm.ms, events: totals.sent + canaryEvents, seconds: (Date.now() - begin) / 1_000, stolen: stolen() };
}

interface Course {
  canary(): Promise<CanaryResult>;
  load: Load;
  /** Time (ms) after which no fault begins. */
  endsAt: number;
  isClosing(): boolean;
}

async function runFaults(context: FaultContext, schedule: readonly Fault[], { canary, load, endsAt, isClosing }: Course): Promise<FaultResult[]> {
  const results: FaultResult[] = [];
  const beganAt = Date.now();
  for (const [i, fault] of schedule.entries()) {
    await Promise.race([sleep(Math.max(BREATH_MS, beganAt + fault.at * 1_000 - Date.now())), load.failed]);
    if (Date.now() >= endsAt || isClosing()) break;
    const result = await runFault(context, fault, canary);
    results.push(result);
    const state = result.skipped ? `skipped: ${result.skipped}` : `recovered in ${describeMs(result.recoveryMs)}${result.missing ? `, still missing ${result.missing}` : ''}${describeSlow(result)}`;
    context.say(`${String(i + 1).padStart(3)} ${fault.kind.padEnd(14)} ${fault.target.padEnd(28)} ${state}, ${load.answered()} events answered`);
  }
  return results;
}

async function runFault(context: FaultContext, fault: Fault, canary: Course['canary']): Promise<FaultResult> {
  const beganAt = Date.now();
  const random = seededRandom(fault.seed);
  let skipped: string | undefined;
  try {
    skipped = (await FAULTS[fault.kind]({ ...context, random }, fault))?.skipped;
  } catch (error) {
    // The harness could not do what it meant to: that is no proof of anything.
    context.evidence.verdicts.push(verdict(`fault ${fault.kind}`, false, `${fault.kind} of ${fault.target} could not be done: ${errorText(error)}`));
    context.arena.heal();
  }
  const endedAt = Date.now();
  const stolen = measureStolen();
  const { ms, missing, seen } = await canary();
  return { fault, beganAt, endedAt, recoveryMs: ms, missing, seen, stolen: stolen(), skipped };
}

async function finish(arena: Arena, clients: Clients): Promise<Verdict | undefined> {
  try {
    await waitUntilProcessed(clients, FINISH_TIMEOUT_MS);
    // Time alone ends sessions: records that come while topics are compared with tables would count as differences.
    await arena.stopService('sessions');
    await waitUntilProcessed(clients, FINISH_TIMEOUT_MS);
    return undefined;
  } catch (error) {
    return verdict('finished', false, errorText(error));
  }
}

/** Where the time went, of those that took long. */
function describeSlow({ recoveryMs = Infinity, seen = [], stolen = 0 }: FaultResult): string {
  if (recoveryMs < SLOW_MS || seen.length === 0) return '';
  const steps = seen.map(({ what, ms }) => `${what} ${describeMs(ms)}`);
  return ` (${[...steps, ...(isDisturbed(stolen) ? [`${percent(stolen)} stolen by the host`] : [])].join(', ')})`;
}

/** So much of the processor time is given to other machines that times say little of what was measured. */
export const isDisturbed = (stolen: number | undefined) => stolen !== undefined && stolen >= DISTURBED_SHARE;
export const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

/**
 * The time (ms) within which a new event must arrive everywhere again.
 * @param calmMs what one takes without faults
 * @param stolen the share (0 to 1) of the processor time that the host gave to others meanwhile: the rest must be enough
 */
export const recoveryLimitMs = (calmMs = 0, stolen = 0) => Math.min(CANARY_TIMEOUT_MS, Math.max(RECOVERY_LIMIT_MS, RECOVERY_LIMIT_CALMS * calmMs) / (1 - stolen));

export const describeMs = (ms: number | undefined) => (ms === undefined ? 'more than its time' : `${(ms / 1_000).toFixed(1)} s`);
