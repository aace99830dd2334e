// Reading topics to their end on a real broker: where the end is, what is left out, and that nothing is missed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import { PermanentError, RetryableError, sleep } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { Positions } from '../positions.js';
import { readTopics, type ReadOptions } from '../read-topic.js';
import { TransactionalProducer } from '../transactional-producer.js';
import { Cluster } from './cluster.js';

let platform: TestPlatform;
let cluster: Cluster;

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false, registry: false });
  cluster = await new Cluster(platform.env).connect();
  // Compaction looks for work every 15 s.
  await cluster.admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.BROKER, name: '1', configEntries: [{ name: 'log.cleaner.backoff.ms', value: '200' }] }] });
});

afterAll(async () => {
  await cluster?.disconnect();
  await platform?.stop();
});

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `v${from + i}`);
async function read(wanted: Map<string, number[]>, options?: ReadOptions): Promise<string[]> {
  const values: string[] = [];
  await readTopics(cluster.kafka, wanted, ({ topic, partition, message }) => {
    values.push(`${topic}/${partition}:${String(message.value)}`);
  }, options);
  return values;
}

describe('the end', () => {
  it('is found on topics that end in the markers of transactions, committed and aborted', async () => {
    const topic = await cluster.createTopic('markers', 2);
    const producer = await TransactionalProducer.open(cluster.kafka, 'markers', 'none');
    await producer.transact([{ topic, messages: [{ partition: 0, value: 'kept' }, { partition: 1, value: 'kept' }] }], []);
    await producer.close();
    const aborting = cluster.kafka.producer({ transactionalId: 'aborting', idempotent: true, maxInFlightRequests: 1 });
    await aborting.connect();
    const transaction = await aborting.transaction();
    await transaction.send({ topic, messages: [{ partition: 1, value: 'aborted' }] });
    await transaction.abort();
    await aborting.disconnect();
    expect((await read(new Map([[topic, []]]), { isSettled: true })).sort()).toEqual(['markers/0:kept', 'markers/1:kept']);
    expect(await read(new Map([[topic, [1]]]))).toEqual(['markers/1:kept']);
  });

  it('is behind what several producers have aborted at a time, in another order than they began, and none of that is read', async () => {
    const topic = await cluster.createTopic('aborted-together');
    const begin = async (transactionalId: string) => {
      const producer = cluster.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ partition: 0, value: transactionalId }] });
      return { producer, transaction };
    };
    const [first, second, third] = [await begin('first'), await begin('second'), await begin('third')];
    await second.transaction.abort();
    await third.transaction.commit();
    await first.transaction.abort();
    for (const { producer } of [first, second, third]) await producer.disconnect();
    expect(await read(new Map([[topic, []]]), { isSettled: true })).toEqual(['aborted-together/0:third']);
  });

  it('is at once there on empty topics, and on topics that have been emptied', async () => {
    const empty = await cluster.createTopic('empty', 3);
    const emptied = await cluster.createTopic('emptied');
    await cluster.sendNumbered(emptied, 3);
    await cluster.deleteBelow(emptied, 3);
    const full = await cluster.createTopic('full');
    await cluster.sendNumbered(full, 2);
    expect(await read(new Map([[empty, []], [emptied, []]]))).toEqual([]);
    expect(await read(new Map([[empty, []], [full, []], [emptied, [0]]]))).toEqual(['full/0:v0', 'full/0:v1']);
  });

  it('is before a transaction that is still open: nobody knows how long that takes', async () => {
    const topic = await cluster.createTopic('undecided', 2);
    await cluster.sendNumbered(topic, 2);
    const open = cluster.kafka.producer({ transactionalId: 'undecided', idempotent: true, maxInFlightRequests: 1 });
    await open.connect();
    const transaction = await open.transaction();
    await transaction.send({ topic, messages: [{ partition: 0, value: 'undecided' }] });
    await cluster.send(topic, [{ partition: 0, value: 'behind it' }, { partition: 1, value: 'elsewhere' }]);
    expect((await read(new Map([[topic, []]]))).sort()).toEqual(['undecided/0:v0', 'undecided/0:v1', 'undecided/1:elsewhere']);
    const settled = read(new Map([[topic, [0]]]), { isSettled: true });
    await transaction.commit();
    await open.disconnect();
    expect(await settled).toEqual(['undecided/0:v0', 'undecided/0:v1', 'undecided/0:undecided', 'undecided/0:behind it']);
  });

  it('is reached over several answers, where one holds a part of some partitions', async () => {
    const topic = await cluster.createTopic('large', 12);
    const value = (n: number) => String(n).padEnd(900_000);
    for (let n = 0; n < 60; n += 1) await cluster.send(topic, [{ partition: n % 12, value: value(n) }]);
    const read: number[][] = Array.from({ length: 12 }, () => []);
    await readTopics(cluster.kafka, new Map([[topic, []]]), ({ partition, message }) => void read[partition]!.push(Number(String(message.value))));
    expect(read).toEqual(Array.from({ length: 12 }, (_, partition) => [0, 1, 2, 3, 4].map((n) => partition + 12 * n)));
  });

  it.each([
    ['the last record of a batch', [[['kept', 'first'], ['replaced', 'old']]]],
    ['all of a batch', [[['kept', 'first']], [['replaced', 'old']]]],
  ])('is behind what compaction has taken away, be it %s', async (name, batches) => {
    const topic = await cluster.createTopic(`compacted-${name.replaceAll(' ', '-')}`, 1, { 'cleanup.policy': 'compact', 'segment.bytes': String(1024 * 1024), 'min.cleanable.dirty.ratio': '0.01' });
    // Two records fill a segment. Segments that were large are not joined: an answer holds what is left of one.
    for (const batch of [...batches, [['replaced', 'new']], [['another', 'second']], [['last', 'third']]]) {
      await cluster.send(topic, batch.map(([key, value]) => ({ key: key!, value: value!.padEnd(400_000) })));
    }
    await waitFor(async () => !(await read(new Map([[topic, []]]))).some((value) => value.includes(':old')), { timeoutMs: 60_000, message: 'compaction' });
    expect((await read(new Map([[topic, []]]))).map((value) => value.trim().split(':')[1])).toEqual(['first', 'new', 'second', 'third']);
    // Who consumes it gets there, too.
    const consumer = cluster.kafka.consumer({ groupId: topic });
    const consumed: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void consumed.push(String(message.value).trim()) });
    await waitFor(() => consumed.includes('third'), { message: 'the last record' });
    await consumer.disconnect();
    expect(consumed).toEqual(['first', 'new', 'second', 'third']);
  });

  it('is where it was when the read began', async () => {
    const topic = await cluster.createTopic('growing');
    await cluster.sendNumbered(topic, 3);
    const values: string[] = [];
    await readTopics(cluster.kafka, new Map([[topic, []]]), async ({ message }) => {
      if (values.length === 0) await cluster.sendNumbered(topic, 3, { from: 3 });
      values.push(String(message.value));
    });
    expect(values).toEqual(numbered(3));
    expect(await cluster.values(topic)).toEqual(numbered(6));
  });
});

describe('what is older', () => {
  it('than a timestamp is left out, be it some, all or nothing of a partition', async () => {
    const topic = await cluster.createTopic('timed', 3);
    const at = (partition: number, times: number[]) => times.map((time) => ({ partition, value: String(time), timestamp: String(1_795_000_000_000 + time) }));
    await cluster.send(topic, [...at(0, [1, 2, 3]), ...at(1, [1, 1]), ...at(2, [5, 6])]);
    expect((await read(new Map([[topic, []]]), { from: 1_795_000_000_002 })).sort()).toEqual(['timed/0:2', 'timed/0:3', 'timed/2:5', 'timed/2:6']);
    expect(await read(new Map([[topic, []]]), { from: 1_795_000_000_007 })).toEqual([]);
  });

  it('than an offset is left out, also of a partition that begins later by now', async () => {
    const topic = await cluster.createTopic('from-offsets', 2);
    await cluster.sendNumbered(topic, 5, { partition: 0 });
    await cluster.sendNumbered(topic, 5, { partition: 1 });
    await cluster.deleteBelow(topic, 4, 1);
    expect((await read(new Map([[topic, []]]), { from: new Map([[`${topic}/0`, 3], [`${topic}/1`, 2]]) })).sort()).toEqual(['from-offsets/0:v3', 'from-offsets/0:v4', 'from-offsets/1:v4']);
  });
});

describe('a record that is refused', () => {
  it.each([
    ['an outage', new RetryableError('the registry is away')],
    ['a fault', new PermanentError('not Avro')],
  ])('by %s ends the read with that error, and is never left out in silence', async (name, error) => {
    const topic = await cluster.createTopic(`refused-${name.replace(' ', '-')}`);
    await cluster.sendNumbered(topic, 5);
    const seen: string[] = [];
    const reading = readTopics(cluster.kafka, new Map([[topic, []]]), async ({ message }) => {
      if (String(message.value) === 'v2') throw error;
      seen.push(String(message.value));
    });
    await expect(reading).rejects.toBe(error);
    expect(seen).toEqual(['v0', 'v1']);
  });
});

describe('when the broker has not told for a while that it lives', () => {
  it('a read waits for somebody to lead its partitions', async () => {
    const topic = await cluster.createTopic('leaderless', 6);
    for (let partition = 0; partition < 6; partition += 1) await cluster.sendNumbered(topic, 1, { partition });
    platform.kill('kafka-1', 'SIGSTOP');
    // Longer than broker.session.timeout.ms.
    await sleep(3_000);
    platform.kill('kafka-1', 'SIGCONT');
    const begin = Date.now();
    while (Date.now() - begin < 2_000) expect(await read(new Map([[topic, []]]))).toHaveLength(6);
  });
});

describe('when the broker is killed', () => {
  it('a read goes on where it was: each record once, none left out', async () => {
    const topic = await cluster.createTopic('interrupted');
    // More than a fetch holds: the rest is fetched after the kill.
    for (let i = 0; i < 9; i += 1) await cluster.send(topic, Array.from({ length: 10 }, (_, j) => ({ value: `v${i * 10 + j}`.padEnd(80_000) })));
    const values: string[] = [];
    await readTopics(cluster.kafka, new Map([[topic, []]]), async ({ message }) => {
      values.push(String(message.value).trim());
      if (values.length === 10) {
        platform.kill('kafka-1');
        await platform.ready('kafka-1');
      }
    });
    expect(values).toEqual(numbered(90));
  });

  it('positions are read again at the first attempt once it is back, of many topics at the same time', async () => {
    const topics = ['one', 'two', 'three'];
    for (const topic of topics) await cluster.createTopic(topic, 2);
    const positions = new Positions(cluster.kafka, 'reader');
    await positions.readAll('one');
    platform.kill('kafka-1');
    await platform.ready('kafka-1');
    const read = await Promise.all(topics.flatMap((topic) => [positions.read(topic, 0), positions.read(topic, 1)]));
    expect(read).toEqual(Array.from({ length: 6 }, () => ({ offset: undefined, metadata: undefined, low: 0, high: 0 })));
    await positions.close();
  });
});
