// The same five segments by our service and by Kafka Streams, of the same topic and in the same run.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workplace } from '@tideway/mesh';
import { versionOf } from '../latency/run.js';
import { layGround, type Ground, type ReaderName } from './ground.js';
import { compareMembers, readTold, type Comparison } from './members.js';
import { observeChanges, type Recovery } from './observer.js';
import { killOne, measureLive, readBacklog, settle, type Backlog, type Live } from './phases.js';
import { STREAMS_SETTINGS } from './program.js';
import { SEGMENTS } from './segments-folder.js';

export interface StreamsOptions {
  /** Activities of the time before. */
  records: number;
  people: number;
  /** Activities a second of what happens now. */
  rate: number;
  seconds: number;
  warmUpSeconds: number;
}

export interface ReaderResult {
  backlog: Backlog;
  live: Live;
  /** Absent where it was not up to date again within two minutes. */
  recovery?: Recovery;
  changes: number;
  /** Profiles whose changes had a gap or a repeat. */
  broken: number;
}

export interface StreamsResult extends StreamsOptions {
  readers: Record<ReaderName, ReaderResult>;
  /** Cores of Kafka, registry and ClickHouse while both were measured live. */
  shared: Record<string, number>;
  comparison: Comparison;
  /** How long an acknowledgement of the publisher took at most. */
  slowestPublishMs: number;
  settings: typeof STREAMS_SETTINGS;
  clickhouseVersion: string;
}

const HISTORY_DAYS = 40;
const SEED = 7;
/** Windows end at full minutes: members are read when none is near. */
const [FROM_SECOND, TO_SECOND] = [4, 40];
const COMPARISONS = 3;

/** Rejects where a part does not start, or does not come to its end. */
export async function runStreams(workplace: Workplace, options: StreamsOptions, onProgress: (line: string) => void): Promise<StreamsResult> {
  const { records, people, rate, seconds, warmUpSeconds } = options;
  const ground = await layGround(workplace, onProgress);
  const { publisher, readers: { tideway, streams } } = ground;
  const orFailure = <T>(work: Promise<T>) => Promise.race([work, publisher.failed]);
  onProgress(`Publishing ${records} activities of ${people} people…`);
  await publisher.ask({ type: 'history', people, count: records, days: HISTORY_DAYS, seed: SEED });
  const backlog = {} as Record<ReaderName, Backlog>;
  for (const reader of [streams, tideway]) {
    onProgress(`${reader.name}: reading all of it…`);
    backlog[reader.name] = await orFailure(readBacklog(ground, reader));
    onProgress(`${reader.name}: ${Math.round(records / backlog[reader.name].seconds)} activities/s`);
  }
  const [observer, stopObserver] = await workplace.own(observeChanges(ground.clients, [tideway.topic, streams.topic]), (made) => made.stop());
  onProgress(`Both: ${rate} activities/s, warming up for ${warmUpSeconds} s, measuring for ${seconds} s…`);
  publisher.goLive(rate);
  await orFailure(sleep(warmUpSeconds * 1_000));
  const live = await orFailure(measureLive(ground, observer, seconds));
  const recovery: Partial<Record<ReaderName, Recovery>> = {};
  for (const reader of [tideway, streams]) {
    onProgress(`${reader.name}: killed, under ${rate} activities/s…`);
    const found = await orFailure(killOne(ground, observer, reader));
    if (found) recovery[reader.name] = found;
    onProgress(`${reader.name}: ${found ? `up to date again after ${found.currentMs} ms` : 'NOT up to date again'}`);
  }
  const { slowestMs } = await publisher.ask({ type: 'stop' });
  onProgress('Comparing members…');
  await settle(ground);
  await stopObserver();
  const { comparison, told } = await compareAtEnd(ground);
  const of = (name: ReaderName): ReaderResult => ({
    backlog: backlog[name], live: live.readers[name]!, ...(recovery[name] ? { recovery: recovery[name] } : {}), changes: told[name].changes, broken: told[name].broken,
  });
  return {
    ...options, readers: { tideway: of('tideway'), streams: of('streams') }, shared: live.shared, comparison, slowestPublishMs: slowestMs, settings: STREAMS_SETTINGS,
    clickhouseVersion: await versionOf(ground.clients),
  };
}

/** Both topics are read one after the other, and time goes on: what differs is looked at again. */
async function compareAtEnd({ clients, readers: { tideway, streams } }: Ground) {
  for (let attempt = 1; ; attempt += 1) {
    while (!isCalm(new Date().getUTCSeconds())) await sleep(500);
    const [ours, theirs] = await Promise.all([readTold(clients, tideway.topic), readTold(clients, streams.topic)]);
    const found = compareMembers(ours.members, theirs.members);
    const comparison = { ...found, members: Object.fromEntries(SEGMENTS.map((name) => [name, found.members[name] ?? 0])) };
    if (comparison.different === 0 || attempt === COMPARISONS) return { comparison, told: { tideway: ours, streams: theirs } };
    await sleep(2_000);
  }
}

const isCalm = (second: number) => second >= FROM_SECOND && second <= TO_SECOND;
