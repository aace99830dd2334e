// How long the segments service takes to start with many profiles, and how much memory they are.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { avroType, productOf } from '@tideway/contracts';
import { partitionOf } from '@tideway/kafka';
import { scrape, sumBy, type Workplace } from '@tideway/mesh';
import { usageOf } from '../processes.js';
import { waitUntilQuiet } from '../warehouse/contender.js';
import { makeBed, type Bed } from './bed.js';
import { followChanges } from './changes.js';
import { NEWCOMER, PEOPLE, activitiesOf, profileIdOf } from './people.js';
import { preload } from './preload.js';

export interface SegmentsStartOptions {
  profiles: number;
}

export interface Start {
  /** Until the service says that it is ready... */
  readySeconds: number;
  /** ...until a consumer has the first membership that an activity caused... */
  firstSeconds: number;
  /** ...and until it has one of every partition: all profiles are evaluated again. */
  allSeconds: number;
  /** Until then, processor time of the service. */
  cpuSeconds: number;
  /** Resident, a while after; and the most until then. */
  rssMb: number;
  mostRssMb: number;
  /** Of it, on V8's heap, rubbish included. */
  heapMb: number;
}

export interface SegmentsStartResult extends SegmentsStartOptions {
  /** Without any profiles: what the process costs by itself. */
  empty: Start;
  full: Start;
  /** Bytes of a state, on average. */
  stateBytes: number;
  clickhouseVersion: string;
}

const EVALUATED_WITHIN_MS = 120_000;
const SETTLED_AFTER_MS = 5_000;
const MB = 2 ** 20;
/** Above those of all profiles that are made, below those of the people whom they are made of. */
const FIRST_NEWCOMER = 3_900_000_000;

export async function runSegmentsStart(workplace: Workplace, { profiles }: SegmentsStartOptions, onProgress: (line: string) => void): Promise<SegmentsStartResult> {
  const bed = await makeBed(workplace, 'segments-start', onProgress);
  try {
    const empty = await measureStart(bed, 0);
    onProgress(`without profiles: ${describe(empty)}`);
    onProgress(`making ${profiles} profiles…`);
    await makeProfiles(bed, profiles);
    const full = await measureStart(bed, 1);
    onProgress(`with ${profiles} profiles: ${describe(full)}`);
    const [{ version } = { version: '' }] = await bed.clients.rows<{ version: string }>('SELECT version() AS version');
    return { profiles, empty, full, stateBytes: averageState(bed), clickhouseVersion: version };
  } finally {
    await bed.stop();
  }
}

/** Profiles of all kinds, numbered from 0; resolves when ClickHouse has merged them. */
export async function makeProfiles(bed: Bed, profiles: number): Promise<void> {
  let from = 0;
  let shares = 0;
  for (const [i, { share }] of PEOPLE.entries()) {
    shares += share;
    const to = Math.round((profiles * shares) / SHARES);
    await preload(bed, { of: bed.people[i]!, from, to });
    from = to;
  }
  await waitUntilQuiet(() => usageOf(bed.platformPids()));
}

const SHARES = PEOPLE.reduce((sum, { share }) => sum + share, 0);

/** Starts the service while newcomers' activities wait on the topic, one in each partition; leaves it stopped. */
async function measureStart(bed: Bed, round: number): Promise<Start> {
  const newcomers = newcomersOf(round, productOf(bed.clients.products, 'customer.activities').partitions);
  const waiting = new Set(newcomers);
  const [first, all] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const unfollow = await followChanges(bed.clients, ({ profile_id, at }) => {
    if (!waiting.delete(profile_id)) return;
    first.resolve(at);
    if (waiting.size === 0) all.resolve(at);
  });
  try {
    await bed.publish(newcomers.flatMap((id) => activitiesOf(id, NEWCOMER, Date.now())));
    const begin = Date.now();
    await bed.startService();
    const ready = Date.now();
    const pid = bed.pids()['segments']!;
    const late = sleep(EVALUATED_WITHIN_MS, undefined, { ref: false }).then(() => Promise.reject(new Error(`of ${newcomers.length} newcomers ${waiting.size} are not evaluated within ${EVALUATED_WITHIN_MS / 1000} s`)));
    const [firstAt, allAt] = await Promise.race([Promise.all([first.promise, all.promise]), late]);
    const { cpuSeconds } = usageOf({ segments: pid }).get('segments')!;
    await sleep(SETTLED_AFTER_MS);
    const heapMb = (sumBy(await scrape(bed.url), 'nodejs_heap_size_used_bytes').get('') ?? NaN) / MB;
    const { rssBytes } = usageOf({ segments: pid }).get('segments')!;
    const seconds = (at: number) => (at - begin) / 1000;
    return { readySeconds: seconds(ready), firstSeconds: seconds(firstAt), allSeconds: seconds(allAt), cpuSeconds, rssMb: rssBytes / MB, mostRssMb: mostRss(pid) / MB, heapMb };
  } finally {
    await unfollow();
    await bed.stopService();
  }
}

/** One of each partition, and others in each round. */
function newcomersOf(round: number, partitions: number): string[] {
  const found = new Map<number, string>();
  for (let number = FIRST_NEWCOMER + round * 1_000; found.size < partitions; number += 1) {
    const id = profileIdOf(number);
    if (!found.has(partitionOf(id, partitions))) found.set(partitionOf(id, partitions), id);
  }
  return [...found.values()];
}

/** VmHWM of /proc/PID/status (proc_pid_status(5)), in bytes. */
function mostRss(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024;
}

/** Of the profiles that are made, in bytes. */
function averageState({ people, clients }: Bed): number {
  const type = avroType(productOf(clients.products, 'segments.state').schema);
  return people.reduce((sum, { state }, i) => sum + (type.toBuffer(state).length * PEOPLE[i]!.share) / SHARES, 0);
}

const describe = ({ readySeconds, firstSeconds, allSeconds, rssMb, mostRssMb, heapMb, cpuSeconds }: Start) =>
  `ready ${readySeconds.toFixed(2)} s, first membership ${firstSeconds.toFixed(2)} s, of every partition ${allSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(1)} CPU-s, ${rssMb.toFixed(0)} MB (at most ${mostRssMb.toFixed(0)}), heap ${heapMb.toFixed(0)} MB`;
