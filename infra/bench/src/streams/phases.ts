// The parts of the run: all that has happened, read from the beginning; what happens now; and a kill meanwhile.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuBetween, usageOf, type Usage } from '../processes.js';
import { countActivities } from '../segments/bed.js';
import { waitUntilQuiet } from '../warehouse/contender.js';
import type { Ground, Reader } from './ground.js';
import { delaysOf, recoveryOf, type ChangeObserver, type Delays, type Recovery } from './observer.js';

export interface Backlog {
  /** From the first member of the group until the last record was committed. */
  seconds: number;
  /** Until all of it stood in ClickHouse too; absent for who has no rows there. */
  storedSeconds?: number;
  /** Processor seconds by process, until then. */
  cpu: Record<string, number>;
}

export interface Live {
  /** Changes that an activity caused, and those that time alone did. */
  byActivity: Delays;
  byTime: Delays;
  cores: number;
  rssMb: number;
  /** Records not committed at the end. */
  lag: number;
}

const POLL_MS = 50;
const TIMEOUT_MS = 600_000;
const LOG_CHARACTERS = 2_000;
const RECOVERY_TIMEOUT_MS = 120_000;
/** So long nobody may be told late after a kill. */
const CALM_MS = 5_000;

/** One process of the run by its name: readers have that of their child. */
const usage = ({ platform, supervisor }: Ground) => usageOf({ ...platform.pids(), ...supervisor.pids() });

/** Starts a reader cold, with everything published, and measures until it has read all. Rejects after ten minutes. */
export async function readBacklog(ground: Ground, reader: Reader): Promise<Backlog> {
  const records = await ground.recordsOnTopic();
  await waitUntilQuiet(() => usage(ground));
  const [begin] = await Promise.all([firstMember(ground, reader), ground.supervisor.start(reader.child)]);
  await until(reader, `read ${records} records`, async () => (await ground.lagOf(reader.group)) === 0);
  const seconds = (performance.now() - begin.at) / 1_000;
  // The other one, if it runs, does next to nothing meanwhile.
  const others = new Set(Object.values(ground.readers).flatMap(({ name, child }) => (name === reader.name ? [] : [child.name])));
  const cpu = () => Object.fromEntries([...cpuBetween(begin.usage, usage(ground))].filter(([name]) => !others.has(name)));
  if (reader.name !== 'tideway') return { seconds, cpu: cpu() };
  await until(reader, 'had all activities in ClickHouse', async () => (await countActivities(ground.clients)) === records);
  return { seconds, storedSeconds: (performance.now() - begin.at) / 1_000, cpu: cpu() };
}

/** The last moment at which the group had no members: all that it reads comes after. */
async function firstMember(ground: Ground, reader: Reader): Promise<{ at: number; usage: Map<string, Usage> }> {
  let begin = { at: performance.now(), usage: usage(ground) };
  await until(reader, 'joined its group', async () => {
    const before = { at: performance.now(), usage: usage(ground) };
    if ((await ground.membersOf(reader.group)) > 0) return true;
    begin = before;
    return false;
  });
  return begin;
}

/** Rejects after ten minutes, with the end of the reader's log, which is deleted with everything else. */
async function until({ name, child }: Reader, what: string, done: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + TIMEOUT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    if (await done()) return;
  }
  throw new Error(`${name} has not ${what} within ${TIMEOUT_MS / 1_000} s; the end of its log:\n${readFileSync(child.logFile, 'utf8').slice(-LOG_CHARACTERS)}`);
}

/** Measures both for `seconds` of what happens now; beside each its own process, and what they share. */
export async function measureLive(ground: Ground, observer: ChangeObserver, seconds: number): Promise<{ readers: Record<string, Live>; shared: Record<string, number> }> {
  const begin = { at: Date.now(), usage: usage(ground) };
  await sleep(seconds * 1_000);
  const end = { at: Date.now(), usage: usage(ground) };
  const elapsed = (end.at - begin.at) / 1_000;
  const cores = new Map([...cpuBetween(begin.usage, end.usage)].map(([name, used]) => [name, used / elapsed]));
  const live: Record<string, Live> = {};
  for (const { name, topic, group, child } of Object.values(ground.readers)) {
    const changes = observer.between(topic, begin.at, end.at);
    live[name] = {
      byActivity: delaysOf(changes.filter(({ byTime }) => !byTime)), byTime: delaysOf(changes.filter(({ byTime }) => byTime)),
      cores: cores.get(child.name)!, rssMb: end.usage.get(child.name)!.rssBytes / 2 ** 20, lag: await ground.lagOf(group),
    };
  }
  const own = new Set(Object.values(ground.readers).map(({ child }) => child.name));
  return { readers: live, shared: Object.fromEntries([...cores].filter(([name]) => !own.has(name))) };
}

/** Kills a reader with SIGKILL, which the supervisor starts again at once; undefined where it was not up to date again within two minutes. */
export async function killOne(ground: Ground, observer: ChangeObserver, { topic, child }: Reader): Promise<Recovery | undefined> {
  const killedAt = Date.now();
  ground.supervisor.kill(child.name);
  for (const deadline = killedAt + RECOVERY_TIMEOUT_MS; Date.now() < deadline; await sleep(250)) {
    const recovery = recoveryOf(observer.between(topic, killedAt), killedAt, Date.now(), CALM_MS);
    if (recovery) return recovery;
  }
  return undefined;
}

/** Waits until both have committed everything. */
export const settle = async (ground: Ground): Promise<void> => {
  for (const reader of Object.values(ground.readers)) await until(reader, 'come to the end', async () => (await ground.lagOf(reader.group)) === 0);
};
