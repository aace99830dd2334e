// @platformatic/kafka: a process for one path and one round.
import { Consumer, FetchIsolationLevels, MessagesStreamFallbackModes, MessagesStreamModes, ProduceAcks, Producer, compatibilityPartitioner, type Message } from '@platformatic/kafka';
import { Arrivals, answer, oneByOne, secondsSince } from './answer.js';
import { COMMIT_RECORDS, FETCH, REQUEST_BYTES, TRANSACTION_RECORDS, type Answer, type Order } from './paths.js';
import { batchesOf, readRecords } from './records.js';

/** As libs/kafka sets kafkajs: what Kafka is about to finish, the end of the last transaction, is asked for again soon. */
const RETRY = { retries: 20, retryDelay: 10 };

/** Its own default partitioner takes the whole hash, and so chooses other partitions than Java's; this is the one that does not. */
const producerOf = (broker: string, transactionalId?: string) => new Producer({
  clientId: 'bench', bootstrapBrokers: [broker], idempotent: true, acks: ProduceAcks.ALL, compression: 'none', autocreateTopics: false,
  partitioner: compatibilityPartitioner, ...RETRY, ...(transactionalId === undefined ? {} : { transactionalId }),
});

const consumerOf = (broker: string, groupId: string) => new Consumer({
  groupId, clientId: 'bench', bootstrapBrokers: [broker], ...RETRY, autocommit: false, isolationLevel: FetchIsolationLevels.READ_COMMITTED,
  minBytes: FETCH.minBytes, maxWaitTime: FETCH.maxWaitMs, maxBytes: FETCH.maxBytes, maxBytesPerPartition: FETCH.maxBytesPerPartition,
});

const streamOf = (consumer: Consumer, topic: string) => consumer.consume({ topics: [topic], mode: MessagesStreamModes.COMMITTED, fallbackMode: MessagesStreamFallbackModes.EARLIEST });

async function produce({ broker, topic, records, file }: Order): Promise<Answer> {
  const source = readRecords(file);
  const begin = performance.now();
  const producer = producerOf(broker);
  for (const batch of batchesOf(source, records, REQUEST_BYTES)) await producer.send({ messages: batch.map(({ key, value }) => ({ topic, key, value })) });
  const seconds = secondsSince(begin);
  await producer.close();
  return { seconds, records };
}

async function consume({ broker, topic, records, group }: Order): Promise<Answer> {
  const begin = performance.now();
  const consumer = consumerOf(broker, group);
  const stream = await streamOf(consumer, topic);
  const done = Promise.withResolvers<void>();
  const positions = new Map<number, { offset: bigint; leaderEpoch: number }>();
  const commit = () => consumer.commit({ offsets: [...positions].map(([partition, { offset, leaderEpoch }]) => ({ topic, partition, offset: offset + 1n, leaderEpoch })) });
  let [count, bytes] = [0, 0];
  let committing: Promise<unknown> = Promise.resolve();
  // Its fastest way to hand records over: an event each.
  stream.on('data', ({ key, value, partition, offset, leaderEpoch }) => {
    bytes += (key?.length ?? 0) + (value?.length ?? 0);
    count += 1;
    const position = positions.get(partition);
    if (position) position.offset = offset;
    else positions.set(partition, { offset, leaderEpoch });
    if (count % COMMIT_RECORDS !== 0 && count !== records) return;
    committing = committing.then(commit);
    committing.then(() => void (count >= records && done.resolve()), done.reject);
  });
  stream.on('error', done.reject);
  await done.promise;
  const seconds = secondsSince(begin);
  await consumer.close(true);
  return { seconds, records: count, bytes };
}

/** Records of one partition that wait for their transaction; blocks of a partition are committed one after the other. */
interface Unit {
  producer: Producer;
  waiting: Message[];
  running: boolean;
}

/** Above it the stream is paused: about what one fetch brings, and what kafkajs has in hand at most. */
const MAX_WAITING = 100_000;

/** As libs/kafka does it with kafkajs: a transactional producer for each partition, the offset first, then the records. */
async function transact({ broker, topic, records, output, group }: Order): Promise<Answer> {
  const begin = performance.now();
  const consumer = consumerOf(broker, group);
  const stream = await streamOf(consumer, topic);
  const done = Promise.withResolvers<void>();
  const units = new Map<number, Unit>();
  let [waiting, count, transactions] = [0, 0, 0];

  async function run(unit: Unit): Promise<void> {
    unit.running = true;
    while (unit.waiting.length > 0) {
      const block = unit.waiting.splice(0, TRANSACTION_RECORDS);
      const transaction = await unit.producer.beginTransaction();
      await transaction.addConsumer(consumer);
      await transaction.addOffset(block.at(-1)!);
      await transaction.send({ messages: block.map(({ key, value }) => ({ topic: output, key, value })) });
      await transaction.commit();
      waiting -= block.length;
      count += block.length;
      transactions += 1;
      if (stream.isPaused() && waiting < MAX_WAITING / 2) stream.resume();
      if (count >= records) done.resolve();
    }
    unit.running = false;
  }

  stream.on('data', (message: Message) => {
    let unit = units.get(message.partition);
    if (!unit) units.set(message.partition, (unit = { producer: producerOf(broker, `${group}-${message.partition}`), waiting: [], running: false }));
    unit.waiting.push(message);
    waiting += 1;
    // Begun when the turn of the event loop is over: what comes with it shares the transaction.
    if (!unit.running) {
      unit.running = true;
      setImmediate(() => run(unit).catch(done.reject));
    }
    if (waiting >= MAX_WAITING) stream.pause();
  });
  stream.on('error', done.reject);
  await done.promise;
  const seconds = secondsSince(begin);
  await Promise.all([...units.values()].map(({ producer }) => producer.close()));
  await consumer.close(true);
  return { seconds, records: count, transactions };
}

async function latency({ broker, topic, records, group, file }: Order): Promise<Answer> {
  const source = readRecords(file);
  const arrivals = new Arrivals();
  const consumer = consumerOf(broker, group);
  const producer = producerOf(broker);
  const stream = await streamOf(consumer, topic);
  stream.on('data', () => arrivals.come());
  const result = await oneByOne(records, arrivals, (i) => producer.send({ messages: [{ topic, ...source[i % source.length]! }] }));
  await producer.close();
  await consumer.close(true);
  return result;
}

answer({ platformatic: { produce, consume, transact, latency } });
