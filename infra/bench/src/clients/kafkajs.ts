// kafkajs, plain and as libs/kafka sets it up: a process for one path and one round.
import { CompressionTypes, Kafka, logLevel, type Consumer, type Producer } from 'kafkajs';
import { SentPartitions, consumeTransactions, coPartitioned, createKafka } from '@tideway/kafka';
import { Metrics, createLogger, kafkaShape, loadConfig } from '@tideway/service';
import { Arrivals, answer, oneByOne, secondsSince } from './answer.js';
import { COMMIT_RECORDS, FETCH, REQUEST_BYTES, TRANSACTION_RECORDS, type Answer, type Order } from './paths.js';
import { batchesOf, readRecords } from './records.js';

const silent = createLogger('bench', 'silent');

/** What differs between kafkajs as it comes and as libs/kafka has it. */
interface Flavour {
  kafka(broker: string): Kafka;
  producer(kafka: Kafka): { producer: Producer; send(batch: Parameters<Producer['sendBatch']>[0]): Promise<unknown> };
  assigners: { partitionAssigners?: [typeof coPartitioned] };
}

const plain: Flavour = {
  kafka: (broker) => new Kafka({ clientId: 'bench', brokers: [broker], logLevel: logLevel.NOTHING }),
  producer(kafka) {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    return { producer, send: (batch) => producer.sendBatch(batch) };
  },
  assigners: {},
};

/** createKafka installs its decoder of fetches; the rest is what Publisher and consumeBlocks do. */
const tideway: Flavour = {
  kafka: (broker) => createKafka(loadConfig(kafkaShape, { KAFKA_BROKERS: broker }), 'bench', silent),
  producer(kafka) {
    const sent = new SentPartitions();
    const producer = kafka.producer({
      createPartitioner: sent.partitioner, idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false,
      retry: { initialRetryTime: 10, maxRetryTime: 300, retries: 5 },
    });
    return { producer, send: (batch) => sent.check(() => producer.sendBatch(batch)) };
  },
  assigners: { partitionAssigners: [coPartitioned] },
};

async function produce(flavour: Flavour, { broker, topic, records, file }: Order): Promise<Answer> {
  const source = readRecords(file);
  const begin = performance.now();
  const { producer, send } = flavour.producer(flavour.kafka(broker));
  await producer.connect();
  for (const messages of batchesOf(source, records, REQUEST_BYTES)) {
    await send({ acks: -1, timeout: 5_000, compression: CompressionTypes.None, topicMessages: [{ topic, messages }] });
  }
  const seconds = secondsSince(begin);
  await producer.disconnect();
  return { seconds, records };
}

async function consume(flavour: Flavour, { broker, topic, records, group }: Order): Promise<Answer> {
  const begin = performance.now();
  const consumer = consumerOf(flavour, flavour.kafka(broker), group, FETCH.maxWaitMs);
  const done = Promise.withResolvers<void>();
  const positions = new Map<number, string>();
  const commit = () => consumer.commitOffsets([...positions].map(([partition, offset]) => ({ topic, partition, offset })));
  let [count, bytes, committed] = [0, 0, 0];
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false, partitionsConsumedConcurrently: 16,
    async eachBatch({ batch, heartbeat }) {
      const { partition, messages } = batch;
      for (const { key, value } of messages) bytes += (key?.length ?? 0) + (value?.length ?? 0);
      count += messages.length;
      positions.set(partition, String(BigInt(batch.lastOffset()) + 1n));
      if (count - committed >= COMMIT_RECORDS || count >= records) {
        committed = count;
        await commit().catch(done.reject);
      }
      await heartbeat();
      if (count >= records) done.resolve();
    },
  });
  await done.promise;
  const seconds = secondsSince(begin);
  await consumer.disconnect();
  return { seconds, records: count, bytes };
}

/** Read_committed is what kafkajs does unless told otherwise. */
function consumerOf({ assigners }: Flavour, kafka: Kafka, groupId: string, maxWaitTimeInMs: number): Consumer {
  return kafka.consumer({
    groupId, ...assigners, minBytes: FETCH.minBytes, maxBytes: FETCH.maxBytes, maxBytesPerPartition: FETCH.maxBytesPerPartition, maxWaitTimeInMs,
    readUncommitted: false, allowAutoTopicCreation: false,
  });
}

/** As the derived services do, by the loop that they run on: a unit for each partition, with a transactional producer of its own. */
async function transact({ broker, topic, records, output, group }: Order): Promise<Answer> {
  const begin = performance.now();
  const done = Promise.withResolvers<void>();
  let [count, transactions] = [0, 0];
  const loop = consumeTransactions({
    kafka: tideway.kafka(broker), groupId: group, topics: [topic], logger: silent, metrics: new Metrics('bench'),
    unitOf: (_topic, partition) => String(partition), limits: { maxRecords: TRANSACTION_RECORDS }, maxWaitMs: FETCH.maxWaitMs,
    open: async () => {
      let pending = 0;
      return {
        process: async (blocks) => {
          const messages = blocks.flatMap((block) => block.messages.map(({ key, value }) => ({ key, value })));
          pending = messages.length;
          return [{ topic: output, messages }];
        },
        committed: () => {
          count += pending;
          transactions += 1;
          if (count >= records) done.resolve();
        },
      };
    },
  });
  await loop.start();
  await done.promise;
  const seconds = secondsSince(begin);
  await loop.stop();
  return { seconds, records: count, transactions };
}

async function latency(flavour: Flavour, { broker, topic, records, group, file }: Order): Promise<Answer> {
  const kafka = flavour.kafka(broker);
  const source = readRecords(file);
  const arrivals = new Arrivals();
  const consumer = consumerOf(flavour, kafka, group, FETCH.maxWaitMs);
  const { producer, send } = flavour.producer(kafka);
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.FETCH_START, () => resolve()));
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => void (batch.messages.length > 0 && arrivals.come()) });
  await joined;
  const result = await oneByOne(records, arrivals, (i) => send({ acks: -1, timeout: 5_000, compression: CompressionTypes.None, topicMessages: [{ topic, messages: [source[i % source.length]!] }] }));
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  return result;
}

answer({
  kafkajs: { produce: (order) => produce(plain, order), consume: (order) => consume(plain, order), latency: (order) => latency(plain, order) },
  tideway: { produce: (order) => produce(tideway, order), consume: (order) => consume(tideway, order), transact, latency: (order) => latency(tideway, order) },
});
