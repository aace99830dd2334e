// How long it takes until everybody whom new segments concern has entered them, while the service runs.
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { productOf, type SegmentsMemberships } from '@tideway/contracts';
import { Decoder, readTopics } from '@tideway/kafka';
import { ADOPTED_TOPIC, isBroughtTo, type Clients, type Workplace } from '@tideway/mesh';
import { profileIdOf } from '../segments-start/people.js';
import { countActivities, spentBetween, startBed, type Bed } from './bed.js';
import { Crowd } from './crowd.js';
import { segmentTexts, writeDefinitions } from './definitions.js';
import { makePopulation } from './population.js';

export interface BackfillOptions {
  profiles: number;
  /** Of each. */
  activitiesEach: number;
  days: number;
  /** How many segments are added at once, after the single one. */
  many: number;
}

export interface Backfill {
  segments: number;
  /** From the writing of the definitions until the last whom they concern has entered... */
  seconds: number;
  /** ...and until every partition has brought its profiles to them: those too whom time may make members. */
  adoptedSeconds: number;
  /** Memberships that were entered. */
  entered: number;
  cpuSeconds: number;
}

export interface BackfillResult extends BackfillOptions {
  activities: number;
  one: Backfill;
  several: Backfill;
  /** Members of the single segment by a query that has nothing to do with the service's. */
  expected: number;
}

/** There are some when others are added. */
const BASE_SEGMENTS = 20;
const LIMIT_MS = 900_000;
/** Some of every partition, who are nobody else. */
const STRANGERS = 100;
const FIRST_STRANGER = 5_000_000_000;
const ADDED = { name: 'bench-added', text: 'name: bench-added\nversion: 1\ndescription: Ordered twice in a year\nowner: bench\npurpose: marketing\nwhen: { trait: bench_orders_365d, gte: 2 }\n' };
const EXPECTED_SQL = `SELECT count() AS n FROM (SELECT profile_id, countIf(type = 'order_completed') AS orders, argMax(type, occurred_at) FILTER (WHERE startsWith(type, 'consent_')) AS decision
  FROM segments.activities GROUP BY profile_id) WHERE orders >= 2 AND decision = 'consent_granted'`;

export async function runBackfill(workplace: Workplace, options: BackfillOptions, onProgress: (line: string) => void): Promise<BackfillResult> {
  const schemas = path.join(workplace.dir, 'schemas-backfill');
  writeDefinitions(schemas, BASE_SEGMENTS, 'nothing');
  const bed = await startBed(workplace, 'backfill', { schemas }, onProgress);
  try {
    await bed.startService();
    await makePopulation(bed, options, onProgress);
    await bed.stopService();
    await bed.startService();
    await whenRestored(bed);
    const activities = await countActivities(bed.clients);
    const { n: expected } = (await bed.clients.rows<{ n: string }>(EXPECTED_SQL))[0]!;
    const one = await adopt(bed, [ADDED], onProgress);
    if (one.entered !== Number(expected)) throw new Error(`${one.entered} entered the added segment, and ${expected} should have: do not trust this`);
    const known = new Set(segmentTexts(BASE_SEGMENTS).map(({ name }) => name));
    const several = await adopt(bed, segmentTexts(BASE_SEGMENTS + options.many).filter(({ name }) => !known.has(name)), onProgress);
    return { ...options, activities, one, several, expected: Number(expected) };
  } finally {
    await bed.stop();
  }
}

/** The service is ready before it has the states of everybody, and evaluates nobody until then. */
async function whenRestored(bed: Bed): Promise<void> {
  const crowd = new Crowd({ people: 1, seed: 5 });
  await bed.publish(Array.from({ length: STRANGERS }, (_, i) => crowd.consent(profileIdOf(FIRST_STRANGER + i), Date.now())));
  await bed.drained(LIMIT_MS);
}

async function adopt(bed: Bed, added: readonly { name: string; text: string }[], onProgress: (line: string) => void): Promise<Backfill> {
  onProgress(`adding ${added.length} segment${added.length === 1 ? '' : 's'}…`);
  const { clients } = bed;
  const before = await bed.look();
  const adopted = await whenAdopted(clients, added.map(({ name }) => name));
  const begin = Date.now();
  await writeAll(clients, added);
  const adoptedSeconds = (await adopted.within(LIMIT_MS) - begin) / 1000;
  const { cpuSeconds } = spentBetween(before, await bed.look());
  const { entered, lastAt } = await entriesSince(clients, begin, new Set(added.map(({ name }) => name)));
  const seconds = (lastAt - begin) / 1000;
  onProgress(`${added.length} added: ${entered} memberships in ${seconds.toFixed(2)} s, all over after ${adoptedSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(1)} CPU-s`);
  return { segments: added.length, seconds, adoptedSeconds, entered, cpuSeconds };
}

/** As the API writes them, all at once. */
async function writeAll({ kafka }: Clients, added: readonly { name: string; text: string }[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic: 'segments.definitions.v1', acks: -1, messages: added.map(({ name, text }) => ({ key: `segments/${name}`, value: JSON.stringify({ text, by: 'bench', at: Date.now() }) })) });
  await producer.disconnect();
}

/** Follows what partitions say of themselves; `within` gives the time (ms) at which the last has adopted these segments. */
async function whenAdopted({ kafka, products }: Clients, names: readonly string[]): Promise<{ within(timeoutMs: number): Promise<number> }> {
  const waiting = new Set(Array.from({ length: productOf(products, 'customer.activities').partitions }, (_, partition) => partition));
  const done = Promise.withResolvers<number>();
  const consumer = kafka.consumer({ groupId: `bench-adopted-${randomUUID()}`, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [ADOPTED_TOPIC], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const meanings = JSON.parse(String(message.value)) as Record<string, string>;
      if (names.every((name) => isBroughtTo(meanings[name]))) waiting.delete(partition);
      if (waiting.size === 0) done.resolve(Date.now());
    },
  });
  return {
    async within(timeoutMs) {
      const timer = setTimeout(() => done.reject(new Error(`${waiting.size} partitions have not adopted ${names.length} segments within ${timeoutMs / 1000} s`)), timeoutMs);
      try {
        return await done.promise;
      } finally {
        clearTimeout(timer);
        await consumer.disconnect();
      }
    },
  };
}

/** Entries into these segments, and the time (ms) of the last. */
async function entriesSince({ kafka, registry, products }: Clients, begin: number, names: ReadonlySet<string>): Promise<{ entered: number; lastAt: number }> {
  const product = productOf(products, 'segments.memberships');
  const decoder = new Decoder<SegmentsMemberships>(registry, product);
  let [entered, lastAt] = [0, begin];
  await readTopics(kafka, new Map([[product.topic, []]]), async ({ message: { value, timestamp } }) => {
    const { segment, change } = await decoder.decode(value);
    if (change !== 'entered' || !names.has(segment)) return;
    entered += 1;
    lastAt = Math.max(lastAt, Number(timestamp));
  }, { from: begin });
  return { entered, lastAt };
}
