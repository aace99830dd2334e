// The transaction loop on a real broker: outputs with their offsets, owners that die or only seem dead, timers.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kafka, ProducerConfig } from 'kafkajs';
import { Metrics, RetryableError, sleep, type Loop } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { consumeTransactions, type ConsumeTransactionsOptions, type UnitState } from '../consume-transactions.js';
import type { Block } from '../cursor.js';
import { TransactionalProducer } from '../transactional-producer.js';
import { SentPartitions } from '../acknowledged.js';
import { LoopProcess } from './children.js';
import { Cluster, silent } from './cluster.js';

let platform: TestPlatform;
let cluster: Cluster;
const running: { stop(): Promise<void> }[] = [];
const children: LoopProcess[] = [];

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false, registry: false });
  cluster = await new Cluster(platform.env).connect();
});

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.end()));
  await Promise.all(running.splice(0).map((loop) => loop.stop()));
});

afterAll(async () => {
  await cluster?.disconnect();
  await platform?.stop();
});

function start(group: string, topics: string[], open: (unit: string) => Promise<UnitState>, options: Partial<ConsumeTransactionsOptions> = {}): Loop {
  const loop = consumeTransactions({
    kafka: cluster.kafka, logger: silent, metrics: new Metrics('test'), groupId: group, topics, open,
    unitOf: (_topic, partition) => String(partition), maxWaitMs: 50, sessionTimeoutMs: 2_000, ...options,
  });
  running.push(loop);
  void loop.start();
  return loop;
}

function child(name: string, topic: string, output: string, workMs: number, env: Record<string, string> = {}): LoopProcess {
  const process = new LoopProcess({ brokers: platform.env['KAFKA_BROKERS']!, kind: 'transactions', groupId: topic, topic, output, name, workMs, maxRecords: 1, sessionTimeoutMs: 2_000 }, env);
  children.push(process);
  return process;
}

const valuesOf = (blocks: Block[]) => blocks.flatMap(({ messages }) => messages.map(({ value }) => String(value)));
const to = (topic: string, values: string[]) => [{ topic, messages: values.map((value) => ({ value, partition: 0 })) }];
const writer = (name: string, output: string) => async (): Promise<UnitState> => ({ process: async (blocks) => to(output, valuesOf(blocks).map((value) => `${name}:${value}`)) });
const topicsOf = async (name: string, partitions = 1) => [await cluster.createTopic(name, partitions), await cluster.createTopic(`${name}-out`)] as const;

describe('a unit', () => {
  it('commits outputs with their offsets, and is made anew from its outputs when a block failed', async () => {
    const [topic, output] = await topicsOf('counted');
    await cluster.sendNumbered(topic, 20);
    let failures = 0;
    let opened = 0;
    start('counted', [topic], async () => {
      opened += 1;
      let count = (await cluster.values(output)).length;
      return {
        async process(blocks) {
          const numbered = valuesOf(blocks).map((value) => `${count++}:${value}`);
          if (failures < 3 && valuesOf(blocks).some((value) => ['v5', 'v6', 'v13'].includes(value))) {
            failures += 1;
            throw new RetryableError('away');
          }
          return to(output, numbered);
        },
      };
    }, { limits: { maxRecords: 1 } });
    await waitFor(async () => (await cluster.values(output)).length >= 20, { message: 'twenty outputs' });
    expect(await cluster.values(output)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}:v${i}`));
    expect([failures, opened]).toEqual([3, 4]);
    expect(await cluster.committed('counted', topic)).toEqual({ offset: 20, metadata: { epoch: expect.any(Number) } });
  });

  it('commits more at once than one batch of a topic holds', async () => {
    const [topic, output] = await topicsOf('large');
    await cluster.sendNumbered(topic, 3);
    const padding = '.'.repeat(999);
    start('large', [topic], async () => ({ process: async (blocks) => to(output, valuesOf(blocks).flatMap((value) => Array.from({ length: 1_000 }, (_, i) => `${value}-${i}${padding}`))) }));
    await waitFor(async () => (await cluster.committed('large', topic)).offset === 3, { message: 'the commit' });
    expect((await cluster.values(output)).map((value) => value.replace(padding, ''))).toEqual(['v0', 'v1', 'v2'].flatMap((value) => Array.from({ length: 1_000 }, (_, i) => `${value}-${i}`)));
  });

  it('that dies between its outputs and the commit leaves nothing to read, and the next owner does it once', async () => {
    const [topic, output] = await topicsOf('dying');
    await cluster.sendNumbered(topic, 5);
    const dying = child('dead', topic, output, 0, { TIDEWAY_CRASH_AT: 'before-commit#3' });
    await waitFor(() => dying.ended, { message: 'its death' });
    expect(valuesOfReports(dying)).toEqual([0, 1, 2]);
    start('dying', [topic], writer('next', output));
    await waitFor(async () => (await cluster.values(output)).length >= 5, { message: 'all outputs' });
    expect(await cluster.values(output)).toEqual(['dead:v0', 'dead:v1', 'next:v2', 'next:v3', 'next:v4']);
  });

  it('whose owner only seemed dead is fenced: what it does then counts for nothing', async () => {
    const [topic, output] = await topicsOf('zombie');
    const zombie = child('zombie', topic, output, 300);
    await cluster.sendNumbered(topic, 1);
    await waitFor(async () => (await cluster.values(output)).length === 1, { message: 'the first owner' });
    await cluster.sendNumbered(topic, 1, { from: 1 });
    await waitFor(() => zombie.reports.length === 3, { message: 'a block in hand' });
    zombie.signal('SIGSTOP');
    start('zombie', [topic], writer('owner', output));
    await waitFor(async () => (await cluster.values(output)).includes('owner:v1'), { message: 'the next owner' });
    zombie.signal('SIGCONT');
    await waitFor(() => zombie.reports.length === 4, { message: 'the zombie finishing its block' });
    await cluster.sendNumbered(topic, 3, { from: 2 });
    await waitFor(async () => (await cluster.values(output)).length >= 5, { message: 'all outputs' });
    await sleep(500);
    const values = await cluster.values(output);
    expect(values.slice(0, 2)).toEqual(['zombie:v0', 'owner:v1']);
    expect(values.map((value) => value.split(':')[1])).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
  });

  it('reads all positions again when it was fenced, also of partitions whose blocks did not fail', async () => {
    const [topic, output] = await topicsOf('stale', 2);
    await cluster.sendNumbered(topic, 1, { partition: 0, prefix: 'a' });
    await cluster.sendNumbered(topic, 1, { partition: 1, prefix: 'b' });
    let fenced = false;
    start('stale', [topic], async () => ({
      async process(blocks) {
        if (!fenced && valuesOf(blocks).some((value) => value.endsWith('1'))) {
          fenced = true;
          await anotherOwner();
        }
        return to(output, valuesOf(blocks));
      },
    }), { unitOf: () => 'one', concurrency: 1 });
    await waitFor(async () => (await cluster.values(output)).length === 2, { message: 'the first outputs' });
    await cluster.send(topic, [{ partition: 0, value: 'a1' }, { partition: 1, value: 'b1' }]);
    await cluster.send(topic, [{ partition: 0, value: 'a2' }, { partition: 1, value: 'b2' }]);
    await waitFor(async () => (await cluster.values(output)).includes('b2'), { message: 'the last outputs' });
    await waitFor(async () => (await cluster.values(output)).includes('a2'), { message: 'the last outputs' });
    expect((await cluster.values(output)).sort()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);

    /** Does for the unit what the next owner would: takes its transactional id and processes both partitions. */
    async function anotherOwner(): Promise<void> {
      await waitFor(async () => (await cluster.high(topic, 0)) >= 2 && (await cluster.high(topic, 1)) >= 2, { message: 'both records' });
      const other = await TransactionalProducer.open(cluster.kafka, 'stale-one', 'stale');
      const offsets = [0, 1].map((partition) => ({ topic, partition, offset: 2, metadata: '' }));
      await other.transact(to(output, ['a1', 'b1']), offsets);
      await other.close();
    }
  });
});

const valuesOfReports = ({ reports }: LoopProcess) => reports.filter(({ event }) => event === 'begun').map(({ block }) => block.from);

describe('a timer', () => {
  it('wakes a unit that has no input, and its outputs are committed', async () => {
    const [topic, output] = await topicsOf('timers');
    let wakes = 0;
    start('timers', [topic], async () => ({
      process: async () => [],
      nextWake: () => (wakes < 3 ? Date.now() + 100 : undefined),
      wake: async (now) => to(output, [`${wakes++}:${Date.now() - now < 1_000}`]),
    }));
    await waitFor(async () => (await cluster.values(output)).length >= 3, { message: 'three wakes' });
    await sleep(300);
    expect(await cluster.values(output)).toEqual(['0:true', '1:true', '2:true']);
  });

  it('is set by the state that is restored, however often that fails', async () => {
    const [topic, output] = await topicsOf('restored');
    let opens = 0;
    let woken = false;
    start('restored', [topic], async () => {
      opens += 1;
      if (opens < 3) throw new RetryableError('the changelog is away');
      return {
        process: async () => [],
        nextWake: () => (woken ? undefined : 0),
        wake: async () => {
          woken = true;
          return to(output, ['woken']);
        },
      };
    });
    await waitFor(async () => (await cluster.values(output)).length > 0, { message: 'the wake' });
    expect([opens, await cluster.values(output)]).toEqual([3, ['woken']]);
  });

  it('whose outputs fail fires again on a state made anew', async () => {
    const [topic, output] = await topicsOf('failing-timer');
    let opens = 0;
    start('failing-timer', [topic], async () => {
      opens += 1;
      let done = false;
      return {
        process: async () => [],
        nextWake: () => (done ? undefined : 0),
        wake: async () => {
          done = true;
          return opens < 2 ? to('no-such-topic', ['lost']) : to(output, ['kept']);
        },
      };
    });
    await waitFor(async () => (await cluster.values(output)).length > 0, { timeoutMs: 60_000, message: 'the output' });
    expect([opens, await cluster.values(output)]).toEqual([2, ['kept']]);
  });
});

describe('units of partitions that another member has got', () => {
  it('are closed, and their timers with them', async () => {
    const [topic, output] = await topicsOf('moved', 2);
    const ticks: string[] = [];
    const ticking = (owner: string) => async (unit: string): Promise<UnitState> => ({
      process: async () => [],
      nextWake: () => Date.now() + 50,
      wake: async () => {
        ticks.push(`${owner}${unit}`);
        return to(output, [`${owner}${unit}`]);
      },
    });
    const open: string[] = [];
    const first = start('moved', [topic], ticking('first'));
    await waitFor(() => ticks.includes('first0') && ticks.includes('first1'), { message: 'both units' });
    const second = start('moved', [topic], async (unit) => {
      open.push(unit);
      return ticking('second')(unit);
    });
    await waitFor(() => open.length === 1 && ticks.includes(`second${open[0]}`), { message: 'the second owner' });
    const moved = open[0]!;
    ticks.length = 0;
    await waitFor(() => ticks.filter((tick) => tick === `second${moved}`).length > 5, { message: 'ticks of the second owner' });
    expect(ticks.filter((tick) => tick === `first${moved}`)).toEqual([]);
    expect(ticks).toContain(`first${1 - Number(moved)}`);
    await second.stop();
    await first.stop();
    ticks.length = 0;
    await sleep(200);
    expect(ticks).toEqual([]);
  });
});

describe('a send', () => {
  it('that went to a broker twice is no success: its records may stand twice', async () => {
    const topic = await cluster.createTopic('twice');
    const sent = new SentPartitions();
    const producer = cluster.kafka.producer({ createPartitioner: sent.partitioner });
    sent.watch(producer);
    await producer.connect();
    const send = () => producer.send({ topic, messages: [{ value: 'v' }] });
    await sent.check(send);
    await expect(sent.check(() => send().then(send))).rejects.toThrow(/sent twice to 127\.0\.0\.1:\d+/);
    await sent.check(send);
    await producer.disconnect();
  });
});

describe('a transaction', () => {
  it('asks for no coordinator where the one before has asked', async () => {
    const topic = await cluster.createTopic('coordinated');
    const requests: string[] = [];
    const kafka = Object.assign(Object.create(cluster.kafka) as Kafka, {
      producer(config: ProducerConfig) {
        const producer = cluster.kafka.producer(config);
        producer.on(producer.events.REQUEST, ({ payload: { apiName } }) => void requests.push(apiName));
        return producer;
      },
    });
    const producer = await TransactionalProducer.open(kafka, 'coordinated', 'coordinated');
    const asked = async (values: string[]) => {
      requests.length = 0;
      for (const value of values) await producer.transact(to(topic, [value]), [{ topic, partition: 0, offset: 1, metadata: '' }]);
      return requests.filter((name) => name === 'GroupCoordinator').length;
    };
    expect(await asked(['a'])).toBeGreaterThan(0);
    expect(await asked(['b', 'c'])).toBe(0);
    await producer.close();
    expect(await cluster.values(topic, { isSettled: true })).toEqual(['a', 'b', 'c']);
  });
});
