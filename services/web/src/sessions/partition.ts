// One partition of visitors: their sessions in memory, and what blocks of events and the passing of time change.
import { bufferOf, keep, readTopics, type Block, type Kafka, type KafkaMessage, type Kept, type Message, type Outgoing, type UnitContext, type UnitState } from '@tideway/kafka';
import type { Logger } from '@tideway/service';
import type { Formats } from './formats.js';
import type { SessionMetrics } from './metrics.js';
import { pack, unpack, type Unpacked } from './packed.js';
import type { Hit } from './session.js';
import { STATE_TOPIC } from './topics.js';
import { NEW_VISITOR, settle, settlesAt, visited, type Visitor } from './visitor.js';

export interface PartitionParts extends Pick<UnitContext, 'positions'> {
  kafka: Kafka;
  logger: Logger;
  formats: Formats;
  metrics: SessionMetrics;
  lateMs: number;
}

/** Largest state of a visitor, in bytes: what is published of it must fit into Kafka's messages, too. */
export const MAX_VISITOR_BYTES = 400_000;
const VISITORS_PER_TRANSACTION = 5_000;
/** Visitors are settled by the five seconds: each time, all of them are looked through. */
const TICK_MS = 5_000;
/** After so long without a block, what is there has been read: what is left is markers of transactions, which no block brings. */
const READ_MS = 60_000;

interface Entry {
  /** When (ms) to settle without an event. */
  settlesAt: number;
  packed: Kept;
}

/** Restores a partition's visitors from the changelog. Rejects with RetryableError in an outage. */
export async function openPartition(parts: PartitionParts, partition: number): Promise<UnitState> {
  const begin = Date.now();
  const visitors = new Map<string, Entry>();
  await readTopics(parts.kafka, new Map([[STATE_TOPIC, [partition]]]), ({ message: { key, value } }) => {
    if (value) visitors.set(String(key), entryOf(unpack(value).visitor, value, parts.lateMs));
    else visitors.delete(String(key));
  });
  let next = Infinity;
  for (const entry of visitors.values()) next = Math.min(next, entry.settlesAt);
  const unread = await unreadEnds(parts, partition);
  parts.logger.info({ partition, visitors: visitors.size, unread: unread.size, ms: Date.now() - begin }, 'visitors restored');
  return new SessionPartition(parts, partition, visitors, unread, next);
}

/** The end of each input that is not read up to its present end. */
async function unreadEnds({ formats, positions }: PartitionParts, partition: number): Promise<Map<string, number>> {
  const ends = await Promise.all(formats.topics.map(async (topic): Promise<[string, number][]> => {
    const position = await positions.readUnlessLost(topic, partition);
    return position && (position.offset ?? position.low) < position.high ? [[topic, position.high]] : [];
  }));
  return new Map(ends.flat());
}

class SessionPartition implements UnitState {
  #lastBlock = Date.now();
  /** Of all that is packed. */
  #bytes = 0;

  /** `unread` has, by topic, the end of what was there when the partition was opened; `next` is when (ms) the next visitor is to be settled. */
  constructor(private readonly parts: PartitionParts, private readonly partition: number, private readonly visitors: Map<string, Entry>, private readonly unread: Map<string, number>, private next: number) {
    for (const { packed } of visitors.values()) this.#bytes += packed.length;
  }

  async process(blocks: Block[]): Promise<Outgoing[]> {
    const now = Date.now();
    const touched = new Map<string, Unpacked>();
    for (const block of blocks) {
      for (const message of block.messages) await this.#apply(block.topic, message, touched);
      if (block.next >= (this.unread.get(block.topic) ?? Infinity)) this.unread.delete(block.topic);
    }
    this.#lastBlock = now;
    return this.#results(new Map([...touched].map(([key, { visitor }]) => [key, visitor])), now);
  }

  nextWake(): number | undefined {
    if (this.visitors.size === 0) return undefined;
    return this.unread.size > 0 ? this.#lastBlock + READ_MS : this.next;
  }

  async wake(now: number): Promise<Outgoing[]> {
    if (now >= this.#lastBlock + READ_MS) this.unread.clear();
    const due = new Map<string, Visitor>();
    let next = Infinity;
    for (const [key, entry] of this.visitors) {
      if (entry.settlesAt > now || due.size >= VISITORS_PER_TRANSACTION) next = Math.min(next, entry.settlesAt);
      else due.set(key, unpack(bufferOf(entry.packed)).visitor);
    }
    this.next = next;
    return this.#results(due, now);
  }

  committed(): void {
    this.parts.metrics.visitors(this.partition, this.visitors.size, this.#bytes);
  }

  close(): void {
    this.parts.metrics.visitors(this.partition, 0, 0);
  }

  async #apply(topic: string, message: KafkaMessage, touched: Map<string, Unpacked>): Promise<void> {
    const { formats, lateMs, metrics } = this.parts;
    const hit = await formats.hit(topic, message, lateMs);
    if (typeof hit === 'string') return metrics.event(hit);
    const key = String(message.key);
    const before = touched.get(key) ?? this.#unpacked(key);
    const visitor = visited(before.visitor, hit);
    if (visitor === before.visitor) return metrics.event('resend');
    const bytes = sizeOf(before.bytes, hit, visitor);
    if (bytes > MAX_VISITOR_BYTES) return metrics.event('too_large');
    touched.set(key, { visitor, bytes });
    metrics.event('counted');
  }

  #unpacked(key: string): Unpacked {
    const entry = this.visitors.get(key);
    return entry ? unpack(bufferOf(entry.packed)) : { visitor: NEW_VISITOR, bytes: 0 };
  }

  /** Publishes what is over, unless there is more to be read that happened before: everything then comes at once, and once. */
  #results(visitors: Map<string, Visitor>, now: number): Outgoing[] {
    const { formats: { sessions }, lateMs, metrics } = this.parts;
    const states: Message[] = [];
    const published: Message[] = [];
    let tombstones = 0;
    for (const [key, before] of visitors) {
      const { records, gone, visitor } = this.unread.size > 0 ? { records: [], gone: [], visitor: before } : settle(key, before, lateMs, now);
      // A session lies in its visitor's partition, whatever its id: so they have one writer, and come in the order in which they were made.
      for (const id of gone) published.push({ key: id, value: null, partition: this.partition });
      for (const record of records) published.push({ ...sessions.message(record), partition: this.partition });
      tombstones += gone.length;
      const value = visitor ? pack(visitor) : null;
      if (value || this.visitors.has(key)) states.push({ key, value, partition: this.partition });
      this.#store(key, visitor, value);
    }
    metrics.published(published.length - tombstones, tombstones);
    return [{ topic: STATE_TOPIC, messages: states }, { topic: sessions.product.topic, messages: published }];
  }

  #store(key: string, visitor: Visitor | undefined, value: Buffer | null): void {
    this.#bytes += (value?.length ?? 0) - (this.visitors.get(key)?.packed.length ?? 0);
    if (!visitor || !value) return void this.visitors.delete(key);
    const entry = entryOf(visitor, value, this.parts.lateMs);
    this.visitors.set(key, entry);
    this.next = Math.min(this.next, entry.settlesAt);
  }
}

/** An upper bound where that is small, else the size: a hit adds at most itself, its address once more, a moment per identifier, and some names. */
function sizeOf(before: number, hit: Hit, visitor: Visitor): number {
  const bound = before + 3 * Buffer.byteLength(JSON.stringify(hit)) + 100 * Object.keys(hit.identifiers).length + 500;
  return bound <= MAX_VISITOR_BYTES ? bound : Buffer.byteLength(JSON.stringify(visitor));
}

function entryOf(visitor: Visitor, packed: Buffer, lateMs: number): Entry {
  return { settlesAt: Math.ceil(settlesAt(visitor, lateMs) / TICK_MS) * TICK_MS, packed: keep(packed) };
}
