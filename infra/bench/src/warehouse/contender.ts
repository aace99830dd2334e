// One way from the topic into ClickHouse, and how a round of it is measured.
import { setTimeout as sleep } from 'node:timers/promises';
import { quoted, type ClickHouseClient } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import type { Kafka } from '@tideway/kafka';
import { treeUsageOf } from '../process-tree.js';
import { cpuBetween, totalOf, usageOf, type Usage } from '../processes.js';

/** What one round of a contender runs in. */
export interface Bed {
  kafka: Kafka;
  clickhouse: ClickHouseClient;
  product: Product;
  records: number;
  /** The platform's processes. */
  pids(): Record<string, number>;
}

export interface Contender {
  /** Short, unique. */
  name: string;
  /** Takes the rows; it has the columns of the product's storage table. */
  table: string;
  /** Makes the table, empty, and whatever else the start needs. */
  prepare(): Promise<void>;
  /** Begins to consume the whole topic in consumer group `group`. */
  start(group: string): Running;
}

export interface Running {
  /** Rejects where it did not start. */
  started: Promise<void>;
  /** Rejects where a process of its own ends by itself. */
  died: Promise<void>;
  /** Its own processes, beside the platform's. */
  pids(): Record<string, number>;
  /** Its own processes that count with all that they start. */
  trees?(): Record<string, number>;
  stop(): Promise<void>;
}

export interface Round {
  seconds: number;
  cpuSeconds: number;
  /** Processor seconds by process. */
  cpu: Record<string, number>;
  /** Processor seconds of all processes after the last row had come, until nothing was left to merge. */
  mergeCpuSeconds: number;
  /** Parts of the table when the last row had come. */
  parts: number;
  /** Sum of a hash of every row. */
  checksum: string;
}

const GROUP_POLL_MS = 20;
const COUNT_POLL_MS = 50;
const TIMEOUT_MS = 600_000;
const QUIET_MS = 500;
/** Of one core. */
const QUIET_SHARE = 0.06;
const QUIET_AT_MOST_MS = 60_000;

/**
 * Runs one round: from the moment at which the consumer group has its first member until the table has every record.
 * Rejects where it does not come to that, or other rows come than were published.
 */
export async function runRound(bed: Bed, contender: Contender, group: string): Promise<Round> {
  await contender.prepare();
  await waitUntilQuiet(() => usageOf(bed.pids()));
  const running = contender.start(group);
  const usage = () => new Map([...usageOf({ ...bed.pids(), ...running.pids() }), ...treeUsageOf(running.trees?.() ?? {})]);
  const orDeath = <T>(work: Promise<T>) => Promise.race([work, running.died.then(() => new Promise<never>(() => undefined))]);
  try {
    const [begin] = await orDeath(Promise.all([waitForGroup(bed, group, usage), running.started]));
    await orDeath(waitForRows(bed, contender));
    const end = { at: performance.now(), usage: usage() };
    const parts = Number(await single(bed, `SELECT count() FROM system.parts WHERE active AND database = '${bed.product.database}' AND table = '${contender.table}'`));
    await waitUntilQuiet(usage);
    const cpu = cpuBetween(begin.usage, end.usage);
    const mergeCpuSeconds = totalOf(cpuBetween(end.usage, usage()));
    const rows = Number(await single(bed, `SELECT count() FROM ${nameOf(bed, contender)}`));
    if (rows !== bed.records) throw new Error(`${contender.name} stored ${rows} rows of ${bed.records} records`);
    return { seconds: (end.at - begin.at) / 1000, cpuSeconds: totalOf(cpu), cpu: Object.fromEntries(cpu), mergeCpuSeconds, parts, checksum: await checksum(bed, contender) };
  } finally {
    await running.stop();
  }
}

const nameOf = (bed: Bed, { table }: Contender) => `${quoted(bed.product.database)}.${quoted(table)}`;

/** The last moment at which the group was seen without members: nothing that it consumes is left out. */
async function waitForGroup({ kafka }: Bed, group: string, usage: () => Map<string, Usage>): Promise<{ at: number; usage: Map<string, Usage> }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const deadline = performance.now() + TIMEOUT_MS; performance.now() < deadline;) {
      const begin = { at: performance.now(), usage: usage() };
      const [found] = (await admin.describeGroups([group])).groups;
      if (found && found.members.length > 0) return begin;
      await sleep(GROUP_POLL_MS);
    }
  } finally {
    await admin.disconnect();
  }
  throw new Error(`the consumer group ${group} had no members within ${TIMEOUT_MS / 1000} s`);
}

async function waitForRows(bed: Bed, contender: Contender): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  let rows = 0;
  while (rows < bed.records) {
    if (performance.now() > deadline) throw new Error(`${contender.name} stored ${rows} of ${bed.records} records within ${TIMEOUT_MS / 1000} s`);
    await sleep(COUNT_POLL_MS);
    rows = Number(await single(bed, `SELECT count() FROM ${nameOf(bed, contender)}`));
  }
}

/** Waits until the processes hardly do anything any more: ClickHouse merges parts after the rows have come. */
export async function waitUntilQuiet(usage: () => Map<string, Usage>): Promise<void> {
  for (const deadline = performance.now() + QUIET_AT_MOST_MS; performance.now() < deadline;) {
    const before = usage();
    await sleep(QUIET_MS);
    if (totalOf(cpuBetween(before, usage())) < (QUIET_MS / 1000) * QUIET_SHARE) return;
  }
}

/** Over the columns that the records have, and where each row comes from. */
async function checksum(bed: Bed, contender: Contender): Promise<string> {
  const columns = ['_partition', '_offset', ...bed.product.schema.fields.map(({ name }) => name)];
  return single(bed, `SELECT sum(cityHash64(${columns.map(quoted).join(', ')})) FROM ${nameOf(bed, contender)}`);
}

async function single({ clickhouse }: Bed, query: string): Promise<string> {
  const result = await clickhouse.query({ query, format: 'TabSeparated' });
  return (await result.text()).trim();
}
