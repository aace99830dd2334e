// Follows the changes that both tell, as any subscriber would, and notes when each came.
import { productOf, type SegmentsMemberships } from '@tideway/contracts';
import { Decoder } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';
import { percentile } from '../statistics.js';

/** A change as it came. */
export interface Change {
  /** Time (ms) at which the subscriber had it. */
  at: number;
  /** From its cause, an activity's receipt or the moment at which time alone made it so. */
  delayMs: number;
  byTime: boolean;
}

export interface ChangeObserver {
  /** Those of a topic that came from `since` on and before `until` (ms). */
  between(topic: string, since: number, until?: number): Change[];
  stop(): Promise<void>;
}

/** Begins at the ends of the topics; reads what is committed only. Activities must have occurred when they were received. */
export async function observeChanges({ kafka, registry, products }: Clients, topics: string[]): Promise<ChangeObserver> {
  const decoder = new Decoder<SegmentsMemberships>(registry, productOf(products, 'segments.memberships'));
  const consumer = kafka.consumer({ groupId: 'bench-observer', allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
  const changes = new Map<string, Change[]>(topics.map((topic) => [topic, []]));
  await consumer.connect();
  const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.subscribe({ topics, fromBeginning: false });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, messages } }) => {
      const at = Date.now();
      for (const { value } of messages) {
        const { caused_at: causedAt, reason } = await decoder.decode(value);
        changes.get(topic)!.push({ at, delayMs: at - causedAt, byTime: reason === 'time' });
      }
    },
  });
  await joined;
  return {
    between: (topic, since, until = Infinity) => changes.get(topic)!.filter(({ at }) => at >= since && at < until),
    stop: () => consumer.disconnect(),
  };
}

/** Milliseconds; NaN where there was none. */
export interface Delays {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

export function delaysOf(changes: readonly Change[]): Delays {
  const ms = changes.map(({ delayMs }) => delayMs);
  return { count: ms.length, p50: percentile(ms, 0.5) ?? NaN, p99: percentile(ms, 0.99) ?? NaN, max: percentile(ms, 1) ?? NaN };
}

/** How a kill showed to a subscriber, in ms. */
export interface Recovery {
  /** From the kill until the first change came whose activity was received after it. */
  firstMs: number;
  /** From the kill until every change came within CURRENT_MS again. */
  currentMs: number;
  /** The longest that a change took. */
  longestMs: number;
}

/** A subscriber that is told within this time (ms) is up to date. */
export const CURRENT_MS = 1_000;

/**
 * What the changes since a kill at `killedAt` tell, undefined while they are not up to date: for `calmMs` before `now` none may
 * have been late.
 */
export function recoveryOf(changes: readonly Change[], killedAt: number, now: number, calmMs: number): Recovery | undefined {
  const told = changes.filter(({ at, byTime }) => at >= killedAt && !byTime);
  const first = told.find(({ at, delayMs }) => at - delayMs > killedAt);
  if (!first || now - first.at < calmMs) return undefined;
  const late = told.filter(({ delayMs }) => delayMs > CURRENT_MS);
  const current = Math.max(first.at, ...late.map(({ at }) => at));
  if (now - current < calmMs) return undefined;
  return { firstMs: first.at - killedAt, currentMs: current - killedAt, longestMs: Math.max(...told.map(({ delayMs }) => delayMs)) };
}
