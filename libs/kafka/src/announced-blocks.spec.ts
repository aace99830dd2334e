// Block redo: however the records of several partitions come, and wherever the process dies, each is stored once.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { sleep } from '@tideway/service';
import { AnnouncedBlocks, intents, planOpening, takeGroup, type Commit } from './announced-blocks.js';
import { silent } from './test/cluster.js';
import { Cursor, type Block } from './cursor.js';
import { PositionLostError, type Position } from './positions.js';

const message = (offset: number) => ({ offset: String(offset), value: Buffer.from(String(offset)) }) as KafkaMessage;
const at = (offset: number | undefined, metadata?: Position['metadata']): Position => ({ offset, metadata, low: 0, high: 1_000 });
const none = () => false;

describe('the opening of a topic', () => {
  it('does again, together, what was begun together, and goes on behind it', () => {
    const committed = new Map<number, Position>([[0, at(5, { epoch: 1, to: 9, at: 7, with: [0, 2] })], [1, at(3, { epoch: 1 })], [2, at(0, { epoch: 1, to: 4, at: 7, with: [0, 2] })]]);
    const { positions, done, unfinished } = planOpening('t', committed, none);
    expect(unfinished).toEqual([[{ partition: 0, from: 5, to: 9, at: 7, epoch: 1 }, { partition: 2, from: 0, to: 4, at: 7, epoch: 1 }]]);
    expect([...positions.values()].map((position) => (position as Position).offset)).toEqual([10, 3, 5]);
    expect(done).toEqual([]);
  });

  it('acknowledges what this process has done itself', () => {
    const committed = new Map([[0, at(5, { epoch: 1, to: 9, at: 7, with: [0] })]]);
    expect(planOpening('t', committed, (_, offset) => offset === 10)).toMatchObject({ unfinished: [], done: [{ partition: 0, offset: 10, metadata: { epoch: 1 } }] });
  });

  it('stops partitions whose block cannot be done again as it was', () => {
    const committed = new Map<number, Position | PositionLostError>([[0, at(5, { epoch: 1, to: 9, at: 7, with: [0, 1] })], [1, new PositionLostError('t', 1, 'gone')]]);
    const { positions, unfinished } = planOpening('t', committed, none);
    expect(unfinished).toEqual([]);
    expect((positions.get(0) as Error).message).toMatch(/^t\[0\] is stopped: its block was begun together with one of partition 1/);
  });
});

describe('blocks that wait', () => {
  const waiting = (...partitions: number[]) => partitions.map((partition) => ({ block: { partition, messages: [] } as unknown as Block }));

  it('go together, at most one of each partition', () => {
    const list = waiting(0, 1, 2, 1, 3);
    expect(takeGroup(list).map(({ block }) => block.partition)).toEqual([0, 1, 2]);
    expect(takeGroup(list).map(({ block }) => block.partition)).toEqual([1, 3]);
  });
});

describe('a block whose assignment ends while it is processed', () => {
  const block: Block = { topic: 't', partition: 0, from: 0, to: 4, next: 5, epoch: 1, at: 1, redo: false, messages: [message(0)] };

  async function processed(meanwhile: (announced: AnnouncedBlocks) => void): Promise<{ commits: unknown[]; outcome: string; later: Commit[] }> {
    const commits: unknown[] = [];
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const announced = new AnnouncedBlocks({
      kafka: undefined as never, positions: undefined as never, logger: silent, onDone: () => undefined, isDone: none,
      onBlocks: async () => {
        begun.resolve();
        await end.promise;
      },
    });
    const payload = { batch: { topic: 't' }, isRunning: () => true, commitOffsetsIfNecessary: async (offsets: unknown) => void commits.push(offsets) } as unknown as EachBatchPayload;
    const submitted = announced.submit({ block, payload, atHead: true }).then(() => 'acknowledged', (error: Error) => error.message);
    await begun.promise;
    meanwhile(announced);
    end.resolve();
    const outcome = await submitted;
    const later: Commit[] = [];
    await announced.settle('t', async (more) => void later.push(...more));
    return { commits, outcome, later };
  }

  it('is acknowledged where it does not', async () => {
    expect(await processed(() => undefined)).toMatchObject({ commits: [{}, {}], outcome: 'acknowledged', later: [] });
  });

  it('is not acknowledged: kafkajs would commit for whoever has the partition now', async () => {
    expect(await processed((announced) => announced.reset())).toMatchObject({ commits: [{}], outcome: 'the partitions were shared out anew', later: [] });
  });
});

describe('a loop that is stopped while intents are on their way', () => {
  const blockOf = (from: number): Block => ({ topic: 't', partition: 0, from, to: from + 4, next: from + 5, epoch: 1, at: 1, redo: false, messages: [message(from)] });

  it('has what was processed acknowledged behind them: what is said last must not take them back', async () => {
    const said: unknown[] = [];
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const processed: number[] = [];
    const announced = new AnnouncedBlocks({
      kafka: undefined as never, positions: undefined as never, logger: silent, onDone: ({ to }) => void processed.push(to), isDone: none, onBlocks: async () => undefined,
    });
    const commitOffsetsIfNecessary = async ({ topics: [{ partitions: [{ offset, metadata }] }] }: { topics: [{ partitions: [{ offset: string; metadata: string }] }] }) => {
      await answers[said.push([offset, (JSON.parse(metadata) as { to?: number }).to]) - 1]!.promise;
    };
    const payload = { batch: { topic: 't' }, isRunning: () => true, commitOffsetsIfNecessary } as unknown as EachBatchPayload;
    const submit = (from: number) => announced.submit({ block: blockOf(from), payload, atHead: false });
    const first = submit(0);
    answers[0]!.resolve();
    await first;
    const second = submit(5);
    while (said.length < 2) await sleep(1);
    const stopped = announced.stop(async (_topic, commits) => void said.push(...commits.map(({ offset, metadata }) => [String(offset), metadata.to])));
    await sleep(10);
    expect(said).toEqual([['0', 4], ['5', 9]]);
    answers[1]!.resolve();
    await Promise.all([second, stopped]);
    expect([said.at(-1), processed]).toEqual([['10', undefined], [4, 9]]);
  });
});

describe('records', () => {
  const PARTITIONS = 3;

  it('are stored exactly once over any crashes, when inserts deduplicate by what went together', () => {
    const run = fc.record({
      gaps: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 15 }), { minLength: PARTITIONS, maxLength: PARTITIONS }),
      fetches: fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      ends: fc.infiniteStream(fc.constantFrom('none', 'none', 'none', 'before-intent', 'before-insert', 'after-insert', 'after-acknowledgement')),
    });
    fc.assert(fc.property(run, ({ gaps, fetches, ends }) => {
      const logs = gaps.map((list) => {
        let last = -1;
        return list.map((gap) => (last += gap));
      });
      const committed = new Map<number, Commit>();
      const inserted = new Map<string, string[]>();
      let crashes = 0;
      for (let lives = 0; lives < 200; lives += 1) if (!life()) break;
      const stored = [...inserted.values()].flat().sort();
      expect(stored).toEqual(logs.flatMap((log, partition) => log.map((offset) => `${partition}:${offset}`)).sort());

      function insert(blocks: { partition: number; from: number; to: number }[]): void {
        const token = blocks.map(({ partition, from, to }) => `${partition}:${from}-${to}`).sort().join(' ');
        if (inserted.has(token)) return;
        inserted.set(token, blocks.flatMap(({ partition, from, to }) => logs[partition]!.filter((offset) => offset >= from && offset <= to).map((offset) => `${partition}:${offset}`)));
      }

      /** Runs until a crash (true) or the end of the logs (false). */
      function life(): boolean {
        const crash = () => {
          const end = crashes < 60 ? ends.next().value! : 'none';
          if (end !== 'none') crashes += 1;
          return end;
        };
        const { positions, unfinished } = planOpening('t', new Map(logs.map((_, partition) => {
          const entry = committed.get(partition);
          return [partition, at(entry?.offset, entry?.metadata)];
        })), none);
        const unacknowledged = new Map<number, Commit>();
        const acknowledge = (blocks: { partition: number; to: number }[]) => {
          for (const { partition, to } of blocks) unacknowledged.set(partition, { partition, offset: to + 1, metadata: { epoch: 1 } });
        };
        for (const group of unfinished) {
          if (crash() === 'before-insert') return true;
          insert(group);
          if (crash() === 'after-insert') return true;
          acknowledge(group);
        }
        const cursors = logs.map((_, partition) => new Cursor('t', partition, positions.get(partition) as Position, undefined, 1));
        while (cursors.some((cursor, partition) => cursor.position <= logs[partition]!.at(-1)!)) {
          const fetched: { block: Block }[] = [];
          for (const [partition, cursor] of cursors.entries()) {
            const end = Math.min(logs[partition]!.at(-1)!, cursor.position + fetches.next().value! - 1);
            if (end < cursor.position) continue;
            const messages = logs[partition]!.filter((offset) => offset >= cursor.position && offset <= end).map(message);
            for (const block of cursor.cut(messages, end, { maxRecords: 3, maxBytes: 1_000 }, () => 42)) fetched.push({ block });
            cursor.next = cursor.position = end + 1;
          }
          while (fetched.length > 0) {
            const blocks = takeGroup(fetched).map(({ block }) => block);
            const end = crash();
            if (end === 'before-intent') return true;
            for (const one of intents(unacknowledged, blocks)) committed.set(one.partition, one);
            unacknowledged.clear();
            if (end === 'before-insert') return true;
            insert(blocks);
            if (end === 'after-insert') return true;
            acknowledge(blocks);
            if (end !== 'after-acknowledgement') continue;
            for (const one of unacknowledged.values()) committed.set(one.partition, one);
            return true;
          }
        }
        return false;
      }
    }), { numRuns: 2_000 });
  });
});
