// A platform with the segments service alone on it, and the people that it has evaluated: what its start and its timers are measured on.
import path from 'node:path';
import { createTable, createView } from '@tideway/clickhouse';
import { productOf, type SegmentsState } from '@tideway/contracts';
import { Supervisor, startPlatform } from '@tideway/embedded';
import { Decoder, Publisher, readTopics, readWire } from '@tideway/kafka';
import { choosePorts, connect, loadSecrets, serviceChild, urlOf, type Clients, type Workplace } from '@tideway/mesh';
import { createLogger } from '@tideway/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { PEOPLE, SHOPPER, activitiesOf, profileIdOf } from './people.js';

/** A person whom the service has evaluated: what others are made of. */
export interface Evaluated {
  profileId: string;
  state: SegmentsState;
  schemaId: number;
}

export interface Bed {
  clients: Clients;
  publisher: Publisher;
  /** The people of PEOPLE, in its order, and the shopper. */
  people: Evaluated[];
  shopper: Evaluated;
  /** Starts the service as `npm start` does; resolves when it is ready. */
  startService(): Promise<{ url: string; pid: number }>;
  stopService(): Promise<void>;
  /** Of Kafka, the registry and ClickHouse. */
  platformPids(): Record<string, number>;
  stop(): Promise<void>;
}

const EVALUATED_WITHIN_MS = 60_000;
const POLL_MS = 250;
const QUERY_TIMEOUT_MS = 300_000;
/** Numbers of the first people, above those of all profiles that are made of them. */
const FIRST_NUMBER = 4_000_000_000;

/** Starts the platform and the service, has the people evaluated, and stops the service. */
export async function makeBed(workplace: Workplace, name: string, onProgress: (line: string) => void): Promise<Bed> {
  const dir = path.join(workplace.dir, name);
  const [platform, stopPlatform] = await workplace.own(startPlatform({ dir: path.join(dir, 'platform'), onProgress }), (started) => started.stop());
  const supervisor = new Supervisor((event) => {
    if (event.type === 'exited' && !event.expected) onProgress(`segments died (${event.signal ?? event.code}): see ${path.join(dir, 'logs')}`);
  });
  const stopSupervisor = workplace.onClose(() => supervisor.stop());
  const ports = await choosePorts();
  const spec = serviceChild('segments', { env: platform.env, secrets: loadSecrets(dir), ports, logs: path.join(dir, 'logs') });
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const startService = async () => {
    await supervisor.start({ ...spec, args: [...flags, ...spec.args] });
    return { url: urlOf(ports.segments), pid: supervisor.pids()['segments']! };
  };
  const stopService = () => supervisor.stop(['segments']);
  const clients = connect(platform.env, { queryTimeoutMs: QUERY_TIMEOUT_MS });
  const products = [productOf(clients.products, 'customer.activities')];
  const publisher = new Publisher({ ...clients, products, service: 'bench', logger: createLogger('bench', 'silent') });
  const bed = { clients, publisher, startService, stopService, platformPids: () => platform.pids(), stop: async () => {
    await stopSupervisor();
    await publisher.disconnect();
    await clients.clickhouse.close();
    await stopPlatform();
  } };
  try {
    await createIdentities(clients);
    await startService();
    const evaluated = await evaluate(bed, [...PEOPLE.map(({ deeds }) => deeds), SHOPPER]);
    await stopService();
    return { ...bed, people: evaluated.slice(0, -1), shopper: evaluated.at(-1)! };
  } catch (error) {
    await bed.stop();
    throw error;
  }
}

/** What the warehouse would have made: views of the service join it. */
async function createIdentities({ clickhouse, products }: Clients): Promise<void> {
  const identities = productOf(products, 'customer.identities');
  for (const query of ['CREATE DATABASE IF NOT EXISTS customer', ...createTable(identities), createView(identities)]) await clickhouse.command({ query });
}

/** Publishes what they did; resolves with what the service made of it, once it is in ClickHouse too. */
async function evaluate({ clients, publisher }: Pick<Bed, 'clients' | 'publisher'>, deeds: readonly Parameters<typeof activitiesOf>[1][]): Promise<Evaluated[]> {
  const ids = deeds.map((_, i) => profileIdOf(FIRST_NUMBER + i));
  const activities = ids.flatMap((id, i) => activitiesOf(id, deeds[i]!, Date.now()));
  await publisher.publish('customer.activities', activities);
  const stored = async () => Number((await clients.rows<{ n: string }>('SELECT count() AS n FROM segments.activities'))[0]!.n);
  for (const deadline = Date.now() + EVALUATED_WITHIN_MS; (await stored()) < activities.length; await sleep(POLL_MS)) {
    if (Date.now() > deadline) throw new Error('segments has not stored the first activities within a minute: see its log below .tideway/bench');
  }
  const product = productOf(clients.products, 'segments.state');
  const decoder = new Decoder<SegmentsState>(clients.registry, product);
  const found = new Map<string, Evaluated>();
  await readTopics(clients.kafka, new Map([[product.topic, []]]), async ({ message: { key, value } }) => {
    if (value) found.set(String(key), { profileId: String(key), state: await decoder.decode(value), schemaId: readWire(value)!.schemaId });
  });
  return ids.map((id) => found.get(id)!);
}
