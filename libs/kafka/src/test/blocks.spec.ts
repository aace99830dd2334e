// The block loop on a real broker: intents, exact redoes, hand-overs, and positions that are lost.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Metrics, sleep, type Loop } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { consumeBlocks, type ConsumeBlocksOptions } from '../consume-blocks.js';
import type { Block } from '../cursor.js';
import { TransactionalProducer } from '../transactional-producer.js';
import { LoopProcess } from './children.js';
import { Cluster, silent } from './cluster.js';

let platform: TestPlatform;
let cluster: Cluster;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false, registry: false });
  cluster = await new Cluster(platform.env).connect();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((loop) => loop.stop()));
});

afterAll(async () => {
  await cluster?.disconnect();
  await platform?.stop();
});

interface Watched {
  loop: Loop;
  metrics: Metrics;
  blocks: Block[];
  values(): string[];
}

/** Starts a loop that announces blocks and keeps what it is given; `onBlock` is run before it is kept. */
function start(group: string, topics: string[], options: Partial<ConsumeBlocksOptions> = {}): Watched {
  const metrics = new Metrics('test');
  const blocks: Block[] = [];
  const { onBlock, ...rest } = options;
  const loop = consumeBlocks({
    kafka: cluster.kafka, logger: silent, metrics, groupId: group, topics, maxWaitMs: 50, sessionTimeoutMs: 2_000,
    ...rest,
    onBlocks: async (together) => {
      for (const block of together) await onBlock?.(block);
      blocks.push(...together);
    },
  });
  running.push(loop);
  void loop.start();
  return { loop, metrics, blocks, values: () => blocks.flatMap(({ messages }) => messages.map(({ value }) => String(value))) };
}

/** The least that Kafka allows. */
const SEGMENT_BYTES = 1_048_576;
const ranges = (blocks: Block[]) => blocks.map(({ from, to }) => [from, to]);
const numbered = (count: number, from = 0, prefix = 'v') => Array.from({ length: count }, (_, i) => `${prefix}${from + i}`);
async function stoppedGauge(metrics: Metrics): Promise<string[]> {
  const { values } = await metrics.registry.getSingleMetric('tideway_partition_stopped')!.get();
  return values.filter(({ value }) => value === 1).map(({ labels }) => `${labels['topic']}/${labels['partition']}`);
}

describe('a block', () => {
  it('is announced by an intent before it is processed, and acknowledged after it', async () => {
    const topic = await cluster.createTopic('announced');
    await cluster.sendNumbered(topic, 25);
    const seen: { block: Block; committed: unknown }[] = [];
    const { blocks, values } = start('announced', [topic], {
      limits: { maxRecords: 10 },
      onBlock: async (block) => {
        seen.push({ block, committed: await cluster.committed('announced', topic) });
      },
    });
    await waitFor(() => blocks.length === 3, { message: 'three blocks' });
    expect(ranges(blocks)).toEqual([[0, 9], [10, 19], [20, 24]]);
    expect(values()).toEqual(numbered(25));
    for (const { block, committed } of seen) expect(committed).toEqual({ offset: block.from, metadata: { epoch: block.epoch, to: block.to, at: block.at, with: [0] } });
    await waitFor(async () => (await cluster.committed('announced', topic)).offset === 25, { message: 'the last acknowledgement' });
    expect((await cluster.committed('announced', topic)).metadata).toEqual({ epoch: blocks[0]!.epoch });
  });

  it('goes together with those of other partitions, announced in one commit, and comes again together after a crash', async () => {
    const topic = await cluster.createTopic('together', 3);
    for (const partition of [0, 1, 2]) await cluster.sendNumbered(topic, 10, { partition, prefix: 'abc'[partition]! });
    const owner = new LoopProcess({ brokers: platform.env['KAFKA_BROKERS']!, kind: 'blocks', groupId: 'together', topic, maxRecords: 7, sessionTimeoutMs: 1_000 });
    await waitFor(() => owner.reports.length === 3, { message: 'three blocks in hand' });
    expect(owner.reports.map(({ block }) => [block.partition, block.from, block.to]).sort()).toEqual([[0, 0, 6], [1, 0, 6], [2, 0, 6]]);
    for (const partition of [0, 1, 2]) expect(await cluster.committed('together', topic, partition)).toMatchObject({ offset: 0, metadata: { to: 6, with: [0, 1, 2] } });
    await owner.end();
    await cluster.sendNumbered(topic, 5, { partition: 1, prefix: 'b', from: 10 });
    const groups: Block[][] = [];
    const loop = consumeBlocks({ kafka: cluster.kafka, logger: silent, metrics: new Metrics('test'), groupId: 'together', topics: [topic], sessionTimeoutMs: 2_000, onBlocks: async (blocks) => void groups.push(blocks) });
    running.push(loop);
    void loop.start();
    await waitFor(() => groups.flat().reduce((sum, { messages }) => sum + messages.length, 0) >= 35, { message: 'all records' });
    expect(groups[0]!.map(({ partition, from, to, redo }) => [partition, from, to, redo]).sort()).toEqual([[0, 0, 6, true], [1, 0, 6, true], [2, 0, 6, true]]);
    expect(groups.flat().flatMap(({ messages }) => messages.map(({ value }) => String(value))).sort()).toEqual([...numbered(10, 0, 'a'), ...numbered(15, 0, 'b'), ...numbered(10, 0, 'c')].sort());
    expect(groups.slice(1).flat().every(({ redo }) => !redo)).toBe(true);
  });

  it('is acknowledged also where markers of a transaction are all that follows it, in a fetch of their own', async () => {
    const topic = await cluster.createTopic('marked');
    const producer = await TransactionalProducer.open(cluster.kafka, 'marked', 'none');
    await producer.transact([{ topic, messages: numbered(3).map((value) => ({ value })) }], []);
    // A fetch has one batch at least: the records, and then the marker at offset 3.
    const { values } = start('marked', [topic], { maxBytesPerPartition: 1 });
    await waitFor(() => values().length === 3, { message: 'the records' });
    await waitFor(async () => (await cluster.committed('marked', topic)).metadata?.to === undefined, { message: 'the acknowledgement' });
    expect((await cluster.committed('marked', topic)).offset).toBeGreaterThanOrEqual(3);
    await producer.close();
  });

  it('comes again with the same range and time until it succeeds, though more records have come', async () => {
    const topic = await cluster.createTopic('failing');
    await cluster.sendNumbered(topic, 10);
    const tried: Block[] = [];
    const { blocks, values } = start('failing', [topic], {
      onBlock: async (block) => {
        tried.push(block);
        if (tried.length > 2) return;
        await cluster.sendNumbered(topic, 5, { from: 10 * tried.length });
        throw new Error('the store is away');
      },
    });
    await waitFor(() => values().length === 20, { message: 'all records' });
    expect(ranges(tried.slice(0, 3))).toEqual([[0, 9], [0, 9], [0, 9]]);
    expect(new Set(tried.slice(0, 3).map(({ at, epoch }) => `${at}/${epoch}`)).size).toBe(1);
    expect(ranges(blocks)[0]).toEqual([0, 9]);
    expect(values()).toEqual([...numbered(10), ...numbered(5, 10), ...numbered(5, 20)]);
  });
});

describe('a new owner', () => {
  it('redoes exactly the range that an owner was killed in', async () => {
    const topic = await cluster.createTopic('killed');
    await cluster.sendNumbered(topic, 10);
    const owner = new LoopProcess({ brokers: platform.env['KAFKA_BROKERS']!, kind: 'blocks', groupId: 'killed', topic, maxRecords: 7, sessionTimeoutMs: 1_000 });
    await waitFor(() => owner.reports.length === 1, { message: 'a block in hand' });
    await cluster.sendNumbered(topic, 10, { from: 10 });
    await owner.end();
    const { blocks, values } = start('killed', [topic], { limits: { maxRecords: 1_000 } });
    await waitFor(() => values().length >= 20, { message: 'all records' });
    const [begun] = owner.reports;
    expect(begun!.block).toMatchObject({ from: 0, to: 6, redo: false });
    expect(blocks[0]).toMatchObject({ ...begun!.block, redo: true });
    expect(values()).toEqual(numbered(20));
  });

  it('of the same instance id need not wait until the session of the one that was killed is over', async () => {
    const topic = await cluster.createTopic('static', 2);
    const member = (instanceId: string) => new LoopProcess({ brokers: platform.env['KAFKA_BROKERS']!, kind: 'blocks', groupId: 'static', topic, maxRecords: 7, sessionTimeoutMs: 60_000, instanceId });
    const members = async () => (await cluster.admin.describeGroups(['static'])).groups[0]!;
    await cluster.sendNumbered(topic, 5);
    const killed = member('a');
    await waitFor(() => killed.reports.length === 1, { message: 'a block in hand' });
    const before = await members();
    await killed.end();
    const next = member('a');
    await waitFor(() => next.reports.length === 1, { message: 'the same block in hand again' });
    expect(next.reports[0]!.block).toEqual({ ...killed.reports[0]!.block, redo: true });
    const after = await members();
    expect([before.members.length, after.members.length, after.state]).toEqual([1, 1, 'Stable']);
    expect(after.members[0]!.memberId).not.toBe(before.members[0]!.memberId);
    await next.end();
  });

  it('does not redo what the owner before it finished before it stopped', async () => {
    const topic = await cluster.createTopic('stopped');
    await cluster.sendNumbered(topic, 10);
    const first = start('stopped', [topic]);
    await waitFor(() => first.values().length === 10, { message: 'the first owner' });
    await first.loop.stop();
    await cluster.sendNumbered(topic, 5, { from: 10 });
    const second = start('stopped', [topic]);
    await waitFor(() => second.values().length > 0, { message: 'the second owner' });
    expect(second.values()).toEqual(numbered(5, 10));
  });

  it('never gets a record in another range than the owner before it that was stopped in mid-block', async () => {
    const topic = await cluster.createTopic('graceful');
    await cluster.sendNumbered(topic, 40);
    let begun = false;
    const first = start('graceful', [topic], {
      limits: { maxRecords: 10 },
      onBlock: async () => {
        begun = true;
        await sleep(300);
      },
    });
    await waitFor(() => begun, { message: 'a block in hand' });
    await first.loop.stop();
    const done = first.values().length;
    expect([10, 20]).toContain(done);
    const second = start('graceful', [topic], { limits: { maxRecords: 1_000 } });
    await waitFor(() => second.blocks.some(({ to }) => to === 39), { message: 'the rest' });
    expect(second.values()).toEqual(numbered(40 - done, done));
  });

  it('and the old ones share the topics, and every record is in exactly one range', async () => {
    const topics = await Promise.all(Array.from({ length: 4 }, (_, i) => cluster.createTopic(`shared-${i}`, 3)));
    let sending = true;
    let sent = 0;
    const sender = (async () => {
      for (let i = 0; sending; i += 1) {
        await cluster.send(topics[i % 4]!, Array.from({ length: 30 }, (_, k) => ({ partition: k % 3, value: `s${sent + k}` })));
        sent += 30;
      }
    })();
    const onBlock = () => sleep(5);
    const first = start('shared', topics, { limits: { maxRecords: 7 }, onBlock });
    await waitFor(() => first.blocks.length > 10, { message: 'the first owner' });
    const second = start('shared', topics, { limits: { maxRecords: 11 }, onBlock });
    await waitFor(() => second.blocks.length > 10, { timeoutMs: 60_000, message: 'the second owner' });
    await first.loop.stop();
    const third = start('shared', topics, { limits: { maxRecords: 5 }, onBlock });
    await waitFor(() => third.blocks.length > 10, { timeoutMs: 60_000, message: 'the third owner' });
    sending = false;
    await sender;
    const all = () => [first, second, third].flatMap(({ blocks }) => blocks);
    // A range that was processed twice is one for a store that deduplicates by it.
    const byRange = () => new Map(all().map((block) => [`${block.topic}/${block.partition}/${block.from}-${block.to}`, block]));
    await waitFor(() => [...byRange().values()].reduce((sum, { messages }) => sum + messages.length, 0) >= sent, { timeoutMs: 60_000, message: 'all records' });
    const values = [...byRange().values()].flatMap(({ messages }) => messages.map(({ value }) => String(value)));
    expect(values.sort()).toEqual(Array.from({ length: sent }, (_, i) => `s${i}`).sort());
  });
});

describe('a position before the marker of a transaction', () => {
  it('is left behind where a segment of the log ends with that: the marker is all that a fetch gives', async () => {
    const topic = await cluster.createTopic('end-of-segment', 1, { 'segment.bytes': String(SEGMENT_BYTES) });
    const producer = await TransactionalProducer.open(cluster.kafka, 'end-of-segment', 'none');
    // Two of these are too much for one segment. Offset 1 is the first one's marker.
    for (const digit of ['0', '1']) await producer.transact([{ topic, messages: [{ value: digit.repeat(SEGMENT_BYTES * 0.6) }] }], []);
    await cluster.admin.setOffsets({ groupId: 'end-of-segment', topic, partitions: [{ partition: 0, offset: '1' }] });
    const { blocks } = start('end-of-segment', [topic]);
    await waitFor(() => blocks.length > 0, { message: 'the block behind the marker' });
    expect(ranges(blocks)).toEqual([[2, 2]]);
    await waitFor(async () => (await cluster.committed('end-of-segment', topic)).offset > 2, { message: 'its acknowledgement' });
    await producer.close();
  });
});

describe('a loop whose broker dies and comes back', () => {
  it('is the member that it was: nobody waits for the session of another one', async () => {
    const topic = await cluster.createTopic('lasting');
    const members = async () => (await cluster.admin.describeGroups(['lasting'])).groups[0]!.members.map(({ memberId }) => memberId);
    const { values } = start('lasting', [topic], { sessionTimeoutMs: 20_000 });
    await cluster.sendNumbered(topic, 1);
    await waitFor(() => values().length === 1, { message: 'the first record' });
    const before = await members();
    platform.kill('kafka-1');
    await platform.ready('kafka-1');
    await cluster.sendNumbered(topic, 1, { from: 1 });
    await waitFor(() => values().length === 2, { message: 'the record after it' });
    expect(await members()).toEqual(before);
  });
});

describe('a loop that is stopped while its group shares out anew', () => {
  it('leaves the group, so that the others need not wait until its session is over', async () => {
    const topic = await cluster.createTopic('leaving');
    const members = async () => (await cluster.admin.describeGroups(['leaving'])).groups[0]!.members.length;
    const dying = new LoopProcess({ brokers: platform.env['KAFKA_BROKERS']!, kind: 'blocks', groupId: 'leaving', topic, maxRecords: 7, sessionTimeoutMs: 4_000 });
    await waitFor(async () => (await members()) === 1, { message: 'the first member' });
    await dying.end();
    // The group waits for the dead member's session now.
    const { loop } = start('leaving', [topic], { sessionTimeoutMs: 20_000 });
    await waitFor(async () => (await members()) === 2, { message: 'the second member' });
    await loop.stop();
    expect(await members()).toBe(0);
  });

  it('leaves it also where its instance has an id', async () => {
    const topic = await cluster.createTopic('leaving-static');
    const members = async () => (await cluster.admin.describeGroups(['leaving-static'])).groups[0]!.members.length;
    const { kafka } = new Cluster({ ...platform.env, KAFKA_GROUP_INSTANCE_ID: 'b' });
    const { loop } = start('leaving-static', [topic], { kafka, sessionTimeoutMs: 20_000 });
    await waitFor(async () => (await members()) === 1, { message: 'the member' });
    await loop.stop();
    expect(await members()).toBe(0);
  });
});

describe('records that retention deletes before they are read', () => {
  it('stop their partition loudly, then and after a restart, and the other partitions go on', async () => {
    const topic = await cluster.createTopic('overtaken', 2);
    await cluster.sendNumbered(topic, 10, { partition: 0 });
    await cluster.sendNumbered(topic, 10, { partition: 1, prefix: 'w' });
    const first = start('overtaken', [topic]);
    await waitFor(() => first.values().length === 20, { message: 'the first records' });
    await first.loop.stop();
    await cluster.sendNumbered(topic, 20, { partition: 0, from: 10 });
    await cluster.deleteBelow(topic, 20);
    for (const round of [1, 2]) {
      await cluster.sendNumbered(topic, 1, { partition: 1, prefix: 'w', from: 9 + round });
      const again = start('overtaken', [topic]);
      await waitFor(async () => (await stoppedGauge(again.metrics)).length > 0, { message: 'the metric' });
      await waitFor(() => again.values().includes(`w${9 + round}`), { message: 'the other partition' });
      expect(await stoppedGauge(again.metrics)).toEqual(['overtaken/0']);
      expect(again.loop.problem!()).toMatch(/^overtaken\[0\] is stopped: .*deleted before they were read/);
      await sleep(300);
      expect(again.blocks.filter(({ partition }) => partition === 0)).toEqual([]);
      await again.loop.stop();
    }
  });

  it('stop it also where that happens while the loop runs, and it stays stopped with another owner', async () => {
    const topic = await cluster.createTopic('overtaken-live');
    await cluster.sendNumbered(topic, 10);
    let release!: () => void;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = start('overtaken-live', [topic], { limits: { maxRecords: 10 }, onBlock: () => held });
    await waitFor(async () => (await cluster.committed('overtaken-live', topic)).offset === 0, { message: 'a block in hand' });
    await cluster.sendNumbered(topic, 20, { from: 10 });
    await cluster.deleteBelow(topic, 20);
    release();
    await waitFor(() => first.loop.problem!(), { message: 'a stopped partition' });
    expect(await stoppedGauge(first.metrics)).toEqual(['overtaken-live/0']);
    expect(first.values()).toEqual(numbered(10));
    let joined = false;
    const second = start('overtaken-live', [topic], { onAssigned: () => {
      joined = true;
    } });
    await waitFor(() => joined && (first.loop.problem!() ?? second.loop.problem!()), { message: 'a stopped partition, whoever has it' });
    await second.loop.stop();
    await waitFor(() => first.loop.problem!(), { message: 'a stopped partition at its first owner again' });
    await first.loop.stop();
    const third = start('overtaken-live', [topic]);
    await waitFor(() => third.loop.problem!(), { message: 'a stopped partition after a restart' });
    await cluster.sendNumbered(topic, 5, { from: 30 });
    await sleep(300);
    expect([second, third].flatMap((watched) => watched.values())).toEqual([]);
  });

  it('are noticed though the log begins with nothing but the marker of a transaction', async () => {
    const topic = await cluster.createTopic('overtaken-marker');
    const producer = await TransactionalProducer.open(cluster.kafka, 'overtaken-marker', 'none');
    let release: (() => void) | undefined;
    const first = start('overtaken-marker', [topic], { onBlock: () => new Promise<void>((resolve) => {
      release = resolve;
    }) });
    await cluster.sendNumbered(topic, 1);
    await waitFor(() => release, { message: 'a block in hand' });
    await producer.transact([{ topic, messages: [{ value: 'never read' }] }], []);
    // Offset 1 is the record, 2 the marker.
    await cluster.deleteBelow(topic, 2);
    release!();
    await waitFor(async () => (await cluster.committed('overtaken-marker', topic)).offset !== 0, { message: 'kafkajs noticing' });
    await sleep(500);
    await cluster.sendNumbered(topic, 3, { from: 1 });
    await waitFor(() => first.loop.problem!(), { message: 'a stopped partition' });
    expect(first.values()).toEqual(['v0']);
    await producer.close();
  });

  it('do not stop it where they had been read: a quiet topic may expire as a whole, markers of transactions included', async () => {
    const topic = await cluster.createTopic('expired');
    const producer = await TransactionalProducer.open(cluster.kafka, 'expired', 'none');
    await producer.transact([{ topic, messages: [{ value: 'v0' }, { value: 'v1' }] }], []);
    const first = start('expired', [topic]);
    await waitFor(() => first.values().length === 2, { message: 'the first records' });
    await first.loop.stop();
    await cluster.deleteBelow(topic, 3);
    const second = start('expired', [topic]);
    await cluster.sendNumbered(topic, 1, { from: 2 });
    await waitFor(() => second.values().length > 0 || second.loop.problem!(), { message: 'a record or a stop' });
    expect(second.loop.problem!()).toBeUndefined();
    expect(second.values()).toEqual(['v2']);
    await producer.close();
  });
});
