// The highest rate of records on the product topics that customer, segments and everything else keep up with.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { productOf } from '@tideway/contracts';
import { Publisher } from '@tideway/kafka';
import { connect, lagByGroup, scrape, startMesh, type Clients, type Mesh, type Workplace } from '@tideway/mesh';
import { createLogger } from '@tideway/service';
import { reasonsAgainst } from '../held/rule.js';
import { searchHeld, type SearchOptions } from '../held/search.js';
import { percentilesOf } from '../latency/window.js';
import { cpuBetween, usageOf } from '../processes.js';
import { Crowd } from './crowd.js';
import type { Written } from './definitions.js';
import { definitionsFor, populate, type Populated } from './mesh.js';
import { publishAtPace } from './pace.js';
import { SHOP_PRODUCTS, recordOf } from './shop-records.js';

export interface SegmentsHeldOptions extends SearchOptions, Populated {
  seconds: number;
  warmUpSeconds: number;
  /** Who does something, other than the profiles that there are before. */
  people: number;
}

export interface SegmentsHeldTry {
  eventsPerSecond: number;
  publishedPerSecond: number;
  /** Records that are not processed yet, by group: at the begin and the end. */
  lag: Record<string, number>[];
  commitP50Ms: number;
  commitP99Ms: number;
  /** By process. */
  cores: Record<string, number>;
  /** Why it was not held; none where it was. */
  reasons: string[];
}

export interface SegmentsHeldResult extends SegmentsHeldOptions, Written {
  /** Undefined where none was held. */
  highest?: number;
  tries: SegmentsHeldTry[];
}

const LOOK_EVERY_MS = 2_000;
/** Later than this, and it does not keep up, whatever its lag says. */
const MOST_P99_MS = 10_000;
const QUERY_TIMEOUT_MS = 300_000;

/** Each rate has a new mesh. */
export async function runSegmentsHeld(workplace: Workplace, options: SegmentsHeldOptions, onProgress: (line: string) => void): Promise<SegmentsHeldResult> {
  const { schemas, written } = definitionsFor(workplace, options);
  const tries: SegmentsHeldTry[] = [];
  const highest = await searchHeld(async (rate) => {
    const one = await tryRate(workplace, rate, options, schemas, onProgress);
    tries.push(one);
    onProgress(`${rate} events/s: ${one.reasons.length === 0 ? 'held' : `not held: ${one.reasons.join('; ')}`}`);
    return one.reasons.length === 0;
  }, options);
  return { ...options, ...written, ...(highest === undefined ? {} : { highest }), tries };
}

async function tryRate(workplace: Workplace, rate: number, options: SegmentsHeldOptions, schemas: string, onProgress: (line: string) => void): Promise<SegmentsHeldTry> {
  const dir = path.join(workplace.dir, `segments-held-${rate}`);
  const [mesh, stopMesh] = await workplace.own(startMesh({ dir, env: { TIDEWAY_SCHEMAS: schemas }, onProgress }), (started) => started.stop());
  const clients = connect(mesh.env, { queryTimeoutMs: QUERY_TIMEOUT_MS });
  const publisher = new Publisher({ ...clients, products: SHOP_PRODUCTS.map((id) => productOf(clients.products, id)), service: 'bench', logger: createLogger('bench', 'silent') });
  try {
    if (options.profiles > 0) await populate(mesh, clients, options, onProgress);
    await publisher.connect();
    return await measure(mesh, clients, publisher, rate, options, onProgress);
  } finally {
    await publisher.disconnect();
    await clients.clickhouse.close();
    await stopMesh();
  }
}

async function measure(mesh: Mesh, clients: Clients, publisher: Publisher, rate: number, { seconds, warmUpSeconds, people }: SegmentsHeldOptions, onProgress: (line: string) => void): Promise<SegmentsHeldTry> {
  onProgress(`${rate} events/s: warming up for ${warmUpSeconds} s, measuring for ${seconds} s…`);
  const crowd = new Crowd({ people, firstNumber: 2_000_000_000 });
  const publish = async (activities: Parameters<typeof recordOf>[0][]) => {
    const byProduct = Map.groupBy(activities.map(recordOf), ({ product }) => product);
    await Promise.all([...byProduct].map(([product, records]) => publisher.publish(product, records.map(({ record }) => record) as never)));
  };
  await publishAtPace(publish, (now) => crowd.next(now), rate, warmUpSeconds);
  const pids = () => ({ ...mesh.platform!.pids(), ...mesh.supervisor.pids(), bench: process.pid });
  const before = { at: Date.now(), usage: usageOf(pids()), samples: await scrape(mesh.urls.segments) };
  const lag: Record<string, number>[] = [];
  let over = false;
  const looking = (async () => {
    for (; !over; await sleep(LOOK_EVERY_MS)) lag.push(await lagByGroup(clients));
  })();
  const { published } = await publishAtPace(publish, (now) => crowd.next(now), rate, seconds).finally(() => {
    over = true;
  });
  const elapsedSeconds = (Date.now() - before.at) / 1000;
  const samples = await scrape(mesh.urls.segments);
  const cpu = cpuBetween(before.usage, usageOf(pids()));
  await looking;
  const { p50, p99 } = percentilesOf(samples, before.samples);
  const measured = { eventsPerSecond: rate, takenPerSecond: published / elapsedSeconds, lag, p99Ms: p99 };
  return {
    eventsPerSecond: rate, publishedPerSecond: published / elapsedSeconds, lag: [lag[0]!, lag.at(-1)!], commitP50Ms: p50, commitP99Ms: p99,
    cores: Object.fromEntries([...cpu].map(([name, used]) => [name, used / elapsedSeconds])), reasons: reasonsAgainst(measured, MOST_P99_MS),
  };
}
