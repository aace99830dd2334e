// The benchmark of Kafka clients: one broker, each path, the clients in turn.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, startPlatform, workspaceRoot, type Platform } from '@tideway/embedded';
import { createKafka, ensureTopics, readTopics, type Kafka } from '@tideway/kafka';
import { createLogger, errorText, kafkaShape, loadConfig } from '@tideway/service';
import type { Workplace } from '@tideway/mesh';
import { usageOf } from '../processes.js';
import { waitUntilQuiet } from '../warehouse/contender.js';
import { fillWithAborted, COMMITTED } from './aborted.js';
import { CONTENDERS, runClient, type ClientBed, type ClientName, type ClientRound } from './contender.js';
import { PATHS, type Order, type Path } from './paths.js';
import { bytesOf, makeRecords, writeRecords, type KeyedRecord } from './records.js';

export interface ClientsOptions {
  records: number;
  rounds: number;
  /** Only these paths; all where left out. */
  paths?: readonly Path[];
}

/** One client on one path. */
export interface ClientResult {
  name: ClientName;
  path: Path;
  rounds: ClientRound[];
  /** What went wrong, in rounds that are not among `rounds`. */
  failures: string[];
}

export interface ClientsResult {
  /** Of a round, by path. */
  records: Record<Path, number>;
  rounds: number;
  /** By npm package. */
  versions: Record<string, string>;
  /** Mean bytes of key and value. */
  recordBytes: number;
  results: ClientResult[];
  /** Who, reading read_committed, was given committed records only, of a topic with aborted transactions; why not where not. */
  aborted: { name: ClientName; problem?: string }[];
}

const DISTINCT_RECORDS = 20_000;
const LATENCY_RECORDS = 2_000;
/** Java's copier is slow by intent: a fifth of the records shows as much. */
const TRANSACT_SHARE = 0.2;
const PARTITIONS = 6;
const ABORTED = 'bench.clients-aborted';
/** Java's tool gives MB to the fourth digit. */
const ROUNDING_BYTES = 64;

/** Paths that begin with records on a topic. */
const READING: readonly Path[] = ['consume', 'transact'];
const inputOf = (one: Path) => `bench.clients-input-${one}`;

/** Everything that one run shares. */
interface Ground extends ClientBed {
  kafka: Kafka;
  broker: string;
  file: string;
  source: KeyedRecord[];
  onProgress(line: string): void;
}

/** A client that fails, or does not do what it was asked to, is told in the result; rejects where the platform fails. */
export async function runClients(workplace: Workplace, { records, rounds, paths = PATHS }: ClientsOptions, onProgress: (line: string) => void): Promise<ClientsResult> {
  const starting = startPlatform({ dir: path.join(workplace.dir, 'clients'), onProgress, parts: { registry: false, clickhouse: false } });
  const [platform, stop] = await workplace.own(starting, (started) => started.stop());
  try {
    const ground = await prepare(workplace, platform, onProgress);
    // First: it has the broker make its own topics, of groups and transactions, before anything is measured.
    const aborted = await tryAborted(ground);
    const counts: Record<Path, number> = { produce: records, consume: records, transact: Math.ceil(records * TRANSACT_SHARE), latency: Math.min(records, LATENCY_RECORDS) };
    const results = paths.flatMap((one) => CONTENDERS[one].map((name): ClientResult => ({ name, path: one, rounds: [], failures: [] })));
    for (const one of paths) {
      if (READING.includes(one)) {
        onProgress(`${one}: publishing ${counts[one]} records…`);
        await createTopic(ground, inputOf(one), PARTITIONS);
        await runClient(ground, 'tideway', order(ground, 'produce', { topic: inputOf(one), records: counts[one] }));
      }
      for (let round = 1; round <= rounds; round += 1) {
        for (const result of results.filter((candidate) => candidate.path === one)) await runRound(ground, result, counts[one], round);
      }
    }
    return { records: counts, rounds, versions: versions(), recordBytes: ground.sizes.key + ground.sizes.value, results, aborted };
  } finally {
    await stop();
  }
}

async function prepare(workplace: Workplace, platform: Platform, onProgress: (line: string) => void): Promise<Ground> {
  const source = makeRecords(DISTINCT_RECORDS);
  const file = path.join(workplace.dir, 'records');
  writeRecords(file, source);
  const mean = (sizeOf: (record: KeyedRecord) => number) => Math.round(source.reduce((sum, record) => sum + sizeOf(record), 0) / source.length);
  return {
    installation: await ensureInstalled(onProgress), dir: workplace.dir, pids: () => platform.pids(),
    sizes: { key: mean(({ key }) => key.length), value: mean(({ value }) => value.length) },
    kafka: createKafka(loadConfig(kafkaShape, platform.env), 'bench', createLogger('bench', 'silent')),
    broker: platform.env['KAFKA_BROKERS']!, file, source, onProgress,
  };
}

function versions(): Record<string, string> {
  return Object.fromEntries(['kafkajs', '@platformatic/kafka'].map((name) => {
    const { version } = JSON.parse(readFileSync(path.join(workspaceRoot, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
    return [name, version];
  }));
}

function order({ broker, file }: Ground, one: Path, more: Partial<Order> & Pick<Order, 'topic' | 'records'>): Order {
  return { path: one, broker, file, output: '', group: '', ...more };
}

async function runRound(ground: Ground, { name, path: one, rounds, failures }: ClientResult, records: number, round: number): Promise<void> {
  const title = `${one}-${name}-${round}`;
  const made = `bench.clients-${title}`;
  if (one !== 'consume') await createTopic(ground, made, PARTITIONS);
  await waitUntilQuiet(() => usageOf(ground.pids()));
  try {
    const asked = order(ground, one, { topic: READING.includes(one) ? inputOf(one) : made, output: made, records, group: `bench-${title}` });
    const result = await runClient(ground, name, asked);
    await check(ground, asked, name, result);
    rounds.push(result);
    ground.onProgress(`${one}, ${name}, round ${round}: ${Math.round(records / result.seconds)} records/s, ${result.cpuSeconds.toFixed(2)} CPU-s`);
  } catch (error) {
    failures.push(`round ${round}: ${errorText(error)}`);
    ground.onProgress(`${one}, ${name}, round ${round} FAILED: ${errorText(error)}`);
  } finally {
    if (one !== 'consume') await deleteTopic(ground, made);
  }
}

/** Whether the client did what it says that it did. */
async function check(ground: Ground, { path: one, topic, output, records, group }: Order, name: ClientName, result: ClientRound): Promise<void> {
  const expect = (what: string, got: number, wanted: number, tolerance = 0) => {
    if (Math.abs(got - wanted) > tolerance) throw new Error(`${name} at ${one}: ${what}: ${got} instead of ${wanted}`);
  };
  expect('records', result.records, records);
  if (result.bytes !== undefined) expect('bytes', result.bytes, bytesOf(ground.source, records), ROUNDING_BYTES);
  if (one === 'produce' || one === 'latency') expect('records on the topic', sumOf(await endsOf(ground, topic)), records);
  if (one !== 'transact') return;
  let written = 0;
  await readTopics(ground.kafka, new Map([[output, []]]), () => void (written += 1));
  expect('committed records on the output', written, records);
  const ends = await endsOf(ground, topic);
  for (const [partition, offset] of await committedOf(ground, topic, group)) expect(`committed offset of partition ${partition}`, offset, ends.get(partition)!);
}

const sumOf = (ends: Map<number, number>) => [...ends.values()].reduce((sum, end) => sum + end, 0);

/**
 * Each client reads, read_committed, a topic where aborted transactions stand between committed ones: larger than a
 * fetch, and two in a row by one producer. What it was given is told by its bytes.
 */
async function tryAborted(ground: Ground): Promise<ClientsResult['aborted']> {
  await createTopic(ground, ABORTED, 1);
  await fillWithAborted(ground.kafka, ABORTED);
  const tried: ClientsResult['aborted'] = [];
  for (const name of CONTENDERS.consume) {
    try {
      const { records, bytes } = await runClient(ground, name, order(ground, 'consume', { topic: ABORTED, records: COMMITTED.records, group: `bench-aborted-${name}` }));
      const clean = records === COMMITTED.records && Math.abs(bytes! - COMMITTED.bytes) <= ROUNDING_BYTES;
      tried.push({ name, ...(clean ? {} : { problem: `was given ${records} records of ${bytes} bytes, where ${COMMITTED.records} of ${COMMITTED.bytes} bytes are committed` }) });
    } catch (error) {
      tried.push({ name, problem: errorText(error) });
    }
    ground.onProgress(`aborted transactions, ${name}: ${tried.at(-1)!.problem ?? 'committed records only'}`);
  }
  return tried;
}

async function withAdmin<T>({ kafka }: Ground, action: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await action(admin);
  } finally {
    await admin.disconnect();
  }
}

const createTopic = (ground: Ground, topic: string, numPartitions: number) =>
  ensureTopics(ground.kafka, [], [{ topic, partitions: numPartitions, compacted: false }]);

const deleteTopic = (ground: Ground, topic: string) => withAdmin(ground, (admin) => admin.deleteTopics({ topics: [topic] }));

const endsOf = (ground: Ground, topic: string) =>
  withAdmin(ground, async (admin) => new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)])));

const committedOf = (ground: Ground, topic: string, groupId: string) =>
  withAdmin(ground, async (admin) => new Map((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]!.partitions.map(({ partition, offset }) => [partition, Number(offset)])));
