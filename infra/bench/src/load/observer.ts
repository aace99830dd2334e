// Follows segments.memberships.v1 as any consumer would, and notes when each change came: a second look at what the
// segments service says of itself.
import { productOf, type SegmentsMemberships } from '@tideway/contracts';
import { Decoder } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';

/** A membership that an event changed, as it came. */
export interface Arrival {
  /** Time (ms) at which the consumer had it. */
  at: number;
  /** The event's record, `topic:partition:offset`. */
  origin: string;
}

export interface Observer {
  /** Hands over, and forgets, what came before this time (ms). */
  takeBefore(time: number): Arrival[];
  stop(): Promise<void>;
}

/** Begins at the topic's end; reads what is committed only. Changes by time alone have no event, and are left out. */
export async function observeMemberships({ kafka, registry, products }: Clients): Promise<Observer> {
  const product = productOf(products, 'segments.memberships');
  const decoder = new Decoder<SegmentsMemberships>(registry, product);
  const consumer = kafka.consumer({ groupId: 'bench-observer', allowAutoTopicCreation: false });
  let arrivals: Arrival[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: product.topic, fromBeginning: false });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { messages } }) => {
      const at = Date.now();
      for (const { value } of messages) {
        const { origin } = await decoder.decode(value);
        if (origin !== null) arrivals.push({ at, origin });
      }
    },
  });
  const takeBefore = (time: number) => {
    const taken = arrivals.filter(({ at }) => at < time);
    arrivals = arrivals.filter(({ at }) => at >= time);
    return taken;
  };
  return { takeBefore, stop: () => consumer.disconnect() };
}

export interface Delays {
  /** Milliseconds from the receipt of the event to the arrival of the change. */
  ms: number[];
  /** Arrivals of whose events the warehouse has no row, yet or at all. */
  missing: Arrival[];
}

/**
 * When an event was received stands in its product's table: asking afterwards, for the events of these arrivals only, costs
 * the mesh next to nothing while it is measured.
 */
export async function delays({ rows, products }: Clients, arrivals: readonly Arrival[]): Promise<Delays> {
  const receivedAt = new Map<string, number>();
  for (const [topic, records] of recordsByTopic(arrivals)) {
    const { database, table } = products.find((product) => product.topic === topic)!;
    for (let from = 0; from < records.length; from += RECORDS_PER_QUERY) {
      const asked = records.slice(from, from + RECORDS_PER_QUERY);
      const found = await rows<{ origin: string; received_at: number }>(
        `SELECT concat({topic:String}, ':', toString(_partition), ':', toString(_offset)) AS origin, toUnixTimestamp64Milli(received_at) AS received_at
         FROM ${database}.${table} WHERE (_partition, _offset) IN arrayZip({partitions:Array(Int32)}, {offsets:Array(Int64)})`,
        { topic, partitions: asked.map(([partition]) => partition), offsets: asked.map(([, offset]) => offset) },
      );
      for (const row of found) receivedAt.set(row.origin, Number(row.received_at));
    }
  }
  return {
    ms: arrivals.flatMap(({ at, origin }) => (receivedAt.has(origin) ? [at - receivedAt.get(origin)!] : [])),
    missing: arrivals.filter(({ origin }) => !receivedAt.has(origin)),
  };
}

/** Parameters are in a request's address, whose length is limited. */
const RECORDS_PER_QUERY = 2_000;

/** Partitions and offsets. */
function recordsByTopic(arrivals: readonly Arrival[]): Map<string, [number, number][]> {
  const topics = new Map<string, [number, number][]>();
  for (const origin of new Set(arrivals.map((arrival) => arrival.origin))) {
    const [topic, partition, offset] = origin.split(':') as [string, string, string];
    const records = topics.get(topic) ?? [];
    records.push([Number(partition), Number(offset)]);
    topics.set(topic, records);
  }
  return topics;
}

/** Of arrivals whose events must all be stored by now. Rejects where one is not. */
export async function delaysOfAll(clients: Clients, arrivals: readonly Arrival[]): Promise<number[]> {
  const { ms, missing } = await delays(clients, arrivals);
  if (missing.length > 0) throw new Error(`a membership changed by ${missing[0]!.origin}, of which the warehouse has no row`);
  return ms;
}
