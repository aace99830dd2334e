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
  arrivals: Arrival[];
  stop(): Promise<void>;
}

/** Begins at the topic's end; reads what is committed only. Changes by time alone have no event, and are left out. */
export async function observeMemberships({ kafka, registry, products }: Clients): Promise<Observer> {
  const product = productOf(products, 'segments.memberships');
  const decoder = new Decoder<SegmentsMemberships>(registry, product);
  const consumer = kafka.consumer({ groupId: 'bench-observer', allowAutoTopicCreation: false });
  const arrivals: Arrival[] = [];
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
  return { arrivals, stop: () => consumer.disconnect() };
}

/**
 * Milliseconds from the receipt of the event to the arrival of the change, for arrivals from `since` to `until` (ms).
 * When an event was received stands in its product's table, which must be complete by now: asking afterwards costs the
 * mesh nothing while it is measured.
 */
export async function delays(clients: Clients, arrivals: Arrival[], since: number, until: number): Promise<number[]> {
  const counted = arrivals.filter(({ at }) => at >= since && at < until);
  const topics = new Set(counted.map(({ origin }) => origin.slice(0, origin.indexOf(':'))));
  const receivedAt = new Map<string, number>();
  for (const { topic, database, table } of clients.products.filter((product) => topics.has(product.topic))) {
    const rows = await clients.rows<{ origin: string; received_at: number }>(
      `SELECT concat({topic:String}, ':', toString(_partition), ':', toString(_offset)) AS origin, toUnixTimestamp64Milli(received_at) AS received_at
       FROM ${database}.${table} WHERE received_at >= fromUnixTimestamp64Milli({since:Int64})`,
      { topic, since: since - EARLIER_MS },
    );
    for (const row of rows) receivedAt.set(row.origin, Number(row.received_at));
  }
  return counted.map(({ at, origin }) => {
    const received = receivedAt.get(origin);
    if (received === undefined) throw new Error(`a membership changed by ${origin}, of which the warehouse has no row`);
    return at - received;
  });
}

/** An event whose change came in the window may have been received before it. */
const EARLIER_MS = 60_000;
