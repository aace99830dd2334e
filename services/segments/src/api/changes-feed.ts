// Entries and exits as they are committed, read from the topic once for all clients of this process: begun with the
// first client, ended with the last. Whatever fails ends the clients' streams: they come back with their offsets.
import { randomUUID } from 'node:crypto';
import { productOf, type Product, type SegmentsMemberships } from '@tideway/contracts';
import { Decoder, exactly, offsetOf, readTopics, type Kafka, type KafkaMessage, type SchemaRegistry } from '@tideway/kafka';
import { IntakeError } from '@tideway/intake';
import { PermanentError, RetryableError, errorText, type Logger, type Service } from '@tideway/service';
import type { Offsets } from './event-ids.js';
import { Follower } from './follower.js';

/** One stream. `take` is given each change with where to go on behind it; while it catches up, it is waited for. */
export interface ChangesClient {
  take(change: SegmentsMemberships, next: ReadonlyMap<number, number>): void;
  /** Resolves when more may be taken; rejects where it never will. */
  drained(): Promise<void>;
  /** The stream is over; the client may come back. */
  end(reason: string): void;
}

interface Running {
  /** Next offset of each partition that is not handed over yet. */
  next: Offsets;
  stop(): Promise<void>;
}

const MAX_CLIENTS = 100;

export class ChangesFeed {
  readonly #topic: string;
  readonly #decoder: Decoder<SegmentsMemberships>;
  readonly #clients = new Map<ChangesClient, Follower<SegmentsMemberships>>();
  readonly #logger: Logger;
  readonly #streams;
  #running: Promise<Running> | undefined;
  #closed = false;

  constructor(private readonly kafka: Kafka, registry: SchemaRegistry, products: Product[], { logger, metrics }: Pick<Service, 'logger' | 'metrics'>) {
    this.#logger = logger;
    this.#streams = metrics.gauge('tideway_segments_streams', 'Clients that follow changes');
    const product = productOf(products, 'segments.memberships');
    this.#topic = product.topic;
    this.#decoder = new Decoder(registry, product);
  }

  /**
   * Follows the topic for a client, from `from` on or from now, until `leave`. Resolves with its place, which goes on by
   * itself, once it begins. Rejects with IntakeError 410 where the log no longer has `from`, 503 where there are too
   * many clients, RetryableError in an outage.
   */
  async follow(client: ChangesClient, from?: Offsets): Promise<Follower<SegmentsMemberships>> {
    if (this.#closed || this.#clients.size >= MAX_CLIENTS) throw new IntakeError(503, { code: 'overloaded', field: '', message: 'there are too many streams of this service: come again' }, { 'retry-after': '5' });
    // Its place is taken before anything is awaited, or the consumer could end in between.
    const placeholder = new Follower<SegmentsMemberships>(new Map(), () => undefined);
    this.#clients.set(client, placeholder);
    this.#streams.set(this.#clients.size);
    try {
      if (from) await this.#checkBounds(from);
      const { next } = await this.#started();
      if (!this.#clients.has(client)) throw new RetryableError('the client has gone');
      const follower: Follower<SegmentsMemberships> = new Follower(from ?? next, (change) => client.take(change, follower.next));
      this.#clients.set(client, follower);
      if (from) void this.#catchUp(client, follower, from);
      else follower.caughtUp();
      return follower;
    } catch (error) {
      this.leave(client);
      throw error;
    }
  }

  leave(client: ChangesClient): void {
    if (!this.#clients.delete(client)) return;
    this.#streams.set(this.#clients.size);
    if (this.#clients.size === 0) this.#end();
  }

  /** Ends all streams. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    this.#endAll('the service stops');
    await running?.then(({ stop }) => stop(), () => undefined);
  }

  #started(): Promise<Running> {
    if (this.#running) return this.#running;
    const starting = this.#start();
    this.#running = starting;
    starting.catch(() => {
      if (this.#running === starting) this.#running = undefined;
    });
    return starting;
  }

  #end(): void {
    const running = this.#running;
    this.#running = undefined;
    void running?.then(({ stop }) => stop(), () => undefined);
  }

  #endAll(reason: string): void {
    for (const client of [...this.#clients.keys()]) {
      client.end(reason);
      this.leave(client);
    }
  }

  async #bounds(): Promise<{ partition: number; low: number; high: number }[]> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return (await admin.fetchTopicOffsets(this.#topic)).map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
    } catch (error) {
      throw new RetryableError(`the ends of ${this.#topic} could not be read: ${errorText(error)}`, { cause: error });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async #checkBounds(from: Offsets): Promise<void> {
    const bounds = await this.#bounds();
    const lost = [...from].find(([partition, offset]) => !bounds.some((one) => one.partition === partition && one.low <= offset && offset <= one.high));
    if (!lost) return;
    throw new IntakeError(410, {
      code: 'gone', field: 'last-event-id',
      message: `${this.#topic}[${lost[0]}] has not got offset ${lost[1]} any more: read all members (GET /v1/segments/{name}/members), and follow the changes anew without last-event-id`,
    });
  }

  /** Reads what is between the client's place and the end of the log; what comes meanwhile waits in its follower. */
  async #catchUp(client: ChangesClient, follower: Follower<SegmentsMemberships>, from: Offsets): Promise<void> {
    try {
      const offsets = new Map([...from].map(([partition, offset]) => [`${this.#topic}/${partition}`, offset]));
      await readTopics(this.kafka, new Map([[this.#topic, []]]), async ({ partition, message }) => {
        if (!this.#clients.has(client)) throw new RetryableError('the client has gone');
        const value = await this.#decoded(message);
        if (value) follower.missed({ partition, offset: offsetOf(message), value });
        await client.drained();
      }, { from: offsets });
      follower.caughtUp();
    } catch (error) {
      if (!this.#clients.has(client)) return;
      client.end(errorText(error));
      this.leave(client);
    }
  }

  /** Undefined for what cannot be read, which concerns nobody. Rejects with RetryableError. */
  async #decoded({ value, offset }: KafkaMessage): Promise<SegmentsMemberships | undefined> {
    try {
      return await this.#decoder.decode(value);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      this.#logger.error({ topic: this.#topic, offset, error: errorText(error) }, 'a change that cannot be read is passed over');
      return undefined;
    }
  }

  async #start(): Promise<Running> {
    const bounds = await this.#bounds();
    const next: Offsets = new Map(bounds.map(({ partition, high }) => [partition, high]));
    const groupId = `tideway-read-changes-${randomUUID()}`;
    const consumer = this.kafka.consumer({ groupId, partitionAssigners: [exactly(new Map([[this.#topic, [...next.keys()]]]))], maxWaitTimeInMs: 100, allowAutoTopicCreation: false, retry: { restartOnFailure: async () => false } });
    let stopped = false;
    const stop = async () => {
      if (stopped) return;
      stopped = true;
      await consumer.disconnect().catch(() => undefined);
      const admin = this.kafka.admin();
      await admin.connect().then(() => admin.deleteGroups([groupId])).catch(() => undefined);
      await admin.disconnect().catch(() => undefined);
    };
    const running: Running = { next, stop };
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (stopped) return;
      this.#logger.warn({ topic: this.#topic, error: errorText(payload.error) }, 'the changes cannot be read; clients are to come back');
      this.#endAll('the changes cannot be read for a while');
    });
    // Whenever the group is joined: kafkajs joins anew after an outage, and has forgotten by then where it was.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [partition, offset] of next) consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => {
        for (const message of batch.messages) await this.#hand(running, batch.partition, message);
      } });
      return running;
    } catch (error) {
      await stop();
      throw new RetryableError(`${this.#topic} cannot be followed: ${errorText(error)}`, { cause: error });
    }
  }

  async #hand({ next }: Running, partition: number, message: KafkaMessage): Promise<void> {
    const offset = offsetOf(message);
    if (offset < (next.get(partition) ?? 0)) return;
    const value = await this.#decoded(message);
    next.set(partition, offset + 1);
    if (!value) return;
    for (const [client, follower] of [...this.#clients]) {
      if (follower.live({ partition, offset, value })) continue;
      client.end('more changes came than could be held while it caught up');
      this.leave(client);
    }
  }
}
