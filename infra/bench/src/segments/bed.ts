// A platform with instances of the segments service on it, and nothing else: what is measured here costs it alone.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTable, createView } from '@tideway/clickhouse';
import { productOf, type CustomerActivities } from '@tideway/contracts';
import { Supervisor, startPlatform } from '@tideway/embedded';
import { Publisher } from '@tideway/kafka';
import { choosePorts, connect, loadSecrets, scrape, serviceChild, sumBy, urlOf, type Clients, type Sample, type Workplace } from '@tideway/mesh';
import { createLogger } from '@tideway/service';
import { cpuBetween, totalOf, usageOf, type Usage } from '../processes.js';

export interface BedOptions {
  /** For TIDEWAY_SCHEMAS; default the workspace's. */
  schemas?: string;
  /** Default 1. */
  instances?: number;
  /** Whether the platform's progress is told too; default false. */
  tellPlatform?: boolean;
}

/** What the instances have used and done so far. */
export interface Look {
  at: number;
  usage: Map<string, Usage>;
  /** Of the first instance alone. */
  samples: Sample[];
}

export interface Bed {
  clients: Clients;
  publisher: Publisher;
  publish(activities: CustomerActivities[]): Promise<void>;
  /** Of the first instance. */
  url: string;
  /** For its API, with all roles. */
  key: string;
  /** Starts all instances; resolves when the first is ready. */
  startService(): Promise<void>;
  stopService(): Promise<void>;
  look(): Promise<Look>;
  /** Activities that segments has not taken in. */
  lag(): Promise<number>;
  /** Of the instances by name, the first's is segments... */
  pids(): Record<string, number>;
  /** ...and of Kafka, the registry and ClickHouse. */
  platformPids(): Record<string, number>;
  /** Resolves when it has taken in all of them, and stored them where `stored`. Rejects after so many ms. */
  drained(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

const QUERY_TIMEOUT_MS = 600_000;
const POLL_MS = 200;

export async function startBed(workplace: Workplace, name: string, { schemas, instances = 1, tellPlatform = false }: BedOptions, onProgress: (line: string) => void): Promise<Bed> {
  const dir = path.join(workplace.dir, name);
  const [platform, stopPlatform] = await workplace.own(startPlatform({ dir: path.join(dir, 'platform'), onProgress: tellPlatform ? onProgress : () => undefined }), (started) => started.stop());
  const supervisor = new Supervisor((event) => {
    if (event.type === 'exited' && !event.expected) onProgress(`${event.child} died (${event.signal ?? event.code}): see ${path.join(dir, 'logs')}`);
  });
  const stopSupervisor = workplace.onClose(() => supervisor.stop());
  const clients = connect(platform.env, { queryTimeoutMs: QUERY_TIMEOUT_MS });
  const publisher = new Publisher({ ...clients, products: [productOf(clients.products, 'customer.activities')], service: 'bench', logger: createLogger('bench', 'silent') });
  const [ports, secrets] = [await choosePorts(), loadSecrets(dir)];
  const url = urlOf(ports.segments);
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const env = { ...platform.env, ...(schemas === undefined ? {} : { TIDEWAY_SCHEMAS: schemas }) };
  const specs = Array.from({ length: instances }, (_, i) => serviceChild('segments', { env, secrets, ports, logs: path.join(dir, 'logs'), instance: i + 1 }));
  const lag = () => lagOfActivities(clients);
  const bed: Bed = {
    clients, publisher, url, key: secrets.segmentsKey, lag,
    pids: () => supervisor.pids(),
    platformPids: () => platform.pids(),
    publish: (activities) => publisher.publish('customer.activities', activities),
    startService: async () => void await Promise.all(specs.map((spec) => supervisor.start({ ...spec, args: [...flags, ...spec.args] }))),
    stopService: () => supervisor.stop(specs.map((spec) => spec.name)),
    look: async () => ({ at: Date.now(), usage: usageOf(supervisor.pids()), samples: await scrape(url) }),
    async drained(timeoutMs) {
      for (const deadline = Date.now() + timeoutMs; (await lag()) > 0; await sleep(POLL_MS)) {
        if (Date.now() > deadline) throw new Error(`segments has not taken in all activities within ${timeoutMs / 1000} s: it is ${await lag()} behind`);
      }
    },
    async stop() {
      await stopSupervisor();
      await publisher.disconnect();
      await clients.clickhouse.close();
      await stopPlatform();
    },
  };
  try {
    await createIdentities(clients);
    await publisher.connect();
    return bed;
  } catch (error) {
    await bed.stop();
    throw error;
  }
}

/** What the warehouse would have made: views of the service join it. */
export async function createIdentities({ clickhouse, products }: Clients): Promise<void> {
  const identities = productOf(products, 'customer.identities');
  for (const query of ['CREATE DATABASE IF NOT EXISTS customer', ...createTable(identities), createView(identities)]) await clickhouse.command({ query });
}

/** Rows of segments.activities. Rejects with ClickHouse's error in an outage. */
export async function countActivities({ rows }: Pick<Clients, 'rows'>): Promise<number> {
  const [counted] = await rows<{ n: string }>('SELECT count() AS n FROM segments.activities');
  return Number(counted!.n);
}

/** Resolves when segments has stored so many activities. Rejects after so many ms, and with ClickHouse's error in an outage. */
export async function whenStored(clients: Pick<Clients, 'rows'>, activities: number, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; (await countActivities(clients)) < activities; await sleep(POLL_MS)) {
    if (Date.now() > deadline) throw new Error(`segments has not stored ${activities} activities within ${withinMs / 1000} s: see its log below .tideway/bench`);
  }
}

async function lagOfActivities({ kafka, products }: Clients): Promise<number> {
  const { topic } = productOf(products, 'customer.activities');
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [ends, [group]] = await Promise.all([admin.fetchTopicOffsets(topic), admin.fetchOffsets({ groupId: 'segments', topics: [topic] })]);
    const read = new Map(group!.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
    return ends.reduce((sum, { partition, high }) => sum + Number(high) - (read.get(partition) ?? 0), 0);
  } finally {
    await admin.disconnect();
  }
}

export interface Spent {
  seconds: number;
  /** Of all instances. */
  cpuSeconds: number;
  /** Of evaluations alone, and how many there were; of the first instance. */
  evaluationCpuSeconds: number;
  evaluations: number;
}

/** Between two looks. Throws where an instance died meanwhile. */
export function spentBetween(before: Look, after: Look): Spent {
  const counted = (name: string) => (sumBy(after.samples, name).get('') ?? 0) - (sumBy(before.samples, name).get('') ?? 0);
  return {
    seconds: (after.at - before.at) / 1000,
    cpuSeconds: totalOf(cpuBetween(before.usage, after.usage)),
    evaluationCpuSeconds: counted('tideway_evaluation_cpu_seconds_total'),
    evaluations: counted('tideway_evaluations_total'),
  };
}
