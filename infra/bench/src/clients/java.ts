// Java's own perf tools: how they are started for a path, and what they print.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FETCH, REQUEST_BYTES, TRANSACTION_RECORDS, type Answer, type Order } from './paths.js';

export interface JavaTool {
  /** After `java` and its class path. */
  args: string[];
  /** Throws an Error where the tool has not printed what it should. */
  read(output: string): Answer;
}

/** What a record is made of, as the tools cannot be given records. */
export interface RecordSizes {
  key: number;
  value: number;
}

const PARTITIONS = 6;

/** The tool for the order's path; files that it needs go to `dir`. */
export function javaTool(order: Order, sizes: RecordSizes, dir: string): JavaTool {
  switch (order.path) {
    case 'produce': return producer(order, sizes);
    case 'consume': return consumer(order);
    case 'transact': return copier(order);
    case 'latency': return latency(order, sizes, dir);
  }
}

/** Random bytes and no key: the tool has no other records. A request takes one batch of each partition. */
function producer({ broker, topic, records }: Order, { key, value }: RecordSizes): JavaTool {
  const settings = [
    'acks=all', 'enable.idempotence=true', 'compression.type=none', 'max.in.flight.requests.per.connection=1',
    `batch.size=${Math.floor(REQUEST_BYTES / PARTITIONS)}`, `max.request.size=${REQUEST_BYTES}`, 'linger.ms=5',
  ];
  return {
    args: [
      'org.apache.kafka.tools.ProducerPerformance', '--bootstrap-server', broker, '--topic', topic, '--num-records', String(records), '--record-size', String(key + value),
      '--throughput', '-1', '--command-property', ...settings,
    ],
    read: readProducer,
  };
}

/** `1000000 records sent, 250000.000000 records/sec (71.53 MB/sec), …`: the last such line is of the whole run. */
export function readProducer(output: string): Answer {
  const [, records, rate] = [...output.matchAll(/^(\d+) records sent, ([\d.]+) records\/sec/gm)].at(-1) ?? [];
  if (records === undefined) throw missing('ProducerPerformance', output);
  return { records: Number(records), seconds: Number(records) / Number(rate) };
}

/** Commits by itself every five seconds, its default: the tool does not commit by hand. */
function consumer({ broker, topic, records, group }: Order): JavaTool {
  return {
    args: [
      'org.apache.kafka.tools.ConsumerPerformance', '--bootstrap-server', broker, '--topic', topic, '--num-records', String(records), '--group', group,
      '--fetch-size', String(FETCH.maxBytesPerPartition), '--timeout', '30000',
      ...['isolation.level=read_committed', `fetch.max.wait.ms=${FETCH.maxWaitMs}`, `fetch.min.bytes=${FETCH.minBytes}`, `fetch.max.bytes=${FETCH.maxBytes}`].flatMap((setting) => ['--command-property', setting]),
    ],
    read: readConsumer,
  };
}

const MB = 1024 * 1024;

/** A line of headings, and one of values; data in MB, keys and values, to the fourth digit. */
export function readConsumer(output: string): Answer {
  const lines = output.trim().split('\n').map((line) => line.split(', '));
  const heading = lines.findIndex(([first]) => first === 'start.time');
  const values = lines[heading + 1];
  if (heading === -1 || !values) throw missing('ConsumerPerformance', output);
  const of = (name: string) => values[lines[heading]!.indexOf(name)]!;
  const time = (text: string) => Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20)}Z`);
  return { records: Number(of('data.consumed.in.nMsg')), bytes: Math.round(Number(of('data.consumed.in.MB')) * MB), seconds: (time(of('end.time')) - time(of('start.time'))) / 1000 };
}

/** A tool of Kafka's system tests: one producer for all partitions, batches of 512 bytes, and text for bytes. */
function copier({ broker, topic, records, output, group }: Order): JavaTool {
  return {
    args: [
      'org.apache.kafka.tools.TransactionalMessageCopier', '--broker-list', broker, '--input-topic', topic, '--input-partition', '0', '--output-topic', output,
      '--consumer-group', group, '--group-mode', '--use-group-metadata', '--transactional-id', group, '--transaction-size', String(TRANSACTION_RECORDS), '--max-messages', String(records),
    ],
    read: readCopier,
  };
}

/** From its first look at the input to its end, by the times of its lines of JSON. */
export function readCopier(output: string): Answer {
  const lines = output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { time: string; stage: string; totalProcessed: number });
  const end = lines.find(({ stage }) => stage === 'ShutdownComplete');
  const loops = lines.filter(({ stage }) => stage === 'ProcessLoop');
  if (!end || loops.length === 0) throw missing('TransactionalMessageCopier', output);
  const time = (text: string) => Date.parse(`${text.slice(0, 19).replaceAll('/', '-').replace(' ', 'T')}.${text.slice(20)}Z`);
  return { records: end.totalProcessed, seconds: (time(end.time) - time(loops[0]!.time)) / 1000, transactions: new Set([...loops, end].map(({ totalProcessed }) => totalProcessed)).size - 1 };
}

/** Has no group: it assigns all partitions to itself. Times in whole milliseconds. */
function latency({ broker, topic, records }: Order, { key, value }: RecordSizes, dir: string): JavaTool {
  const settings = path.join(dir, 'java-latency.properties');
  writeFileSync(settings, 'enable.idempotence=true\nisolation.level=read_committed\n');
  return {
    args: [
      'org.apache.kafka.tools.EndToEndLatency', '--bootstrap-server', broker, '--topic', topic, '--num-records', String(records), '--producer-acks', 'all',
      '--record-size', String(value), '--record-key-size', String(key), '--command-config', settings,
    ],
    read: (output) => readLatency(output, records),
  };
}

/** `Avg latency: 1.2345 ms` and `Percentiles: 50th = 1, 99th = 4, 99.9th = 12`. */
export function readLatency(output: string, records: number): Answer {
  const [, mean] = /^Avg latency: ([\d.]+) ms/m.exec(output) ?? [];
  const [, p50, p99] = /^Percentiles: 50th = (\d+), 99th = (\d+),/m.exec(output) ?? [];
  if (mean === undefined || p50 === undefined) throw missing('EndToEndLatency', output);
  return { records, seconds: (Number(mean) * records) / 1000, arrived: { p50: Number(p50), p99: Number(p99) } };
}

function missing(tool: string, output: string): Error {
  return new Error(`${tool} has not printed its result: ${output.trim().slice(-1_000)}`);
}
