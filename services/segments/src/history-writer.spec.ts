// Rows behind the evaluation: wherever the process dies, each activity that was committed comes to be stored once.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoreProgress } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import type { Activity } from './evaluate/index.js';
import { HistoryWriter } from './history-writer.js';
import type { HistoryRange, HistoryRow } from './history.js';

const silent = createLogger('test', 'silent');
const source = { topic: 't', partition: 0, epoch: 1 };
const row = (offset: number): HistoryRow => ({ partition: 0, offset, schemaId: 1, bytes: Buffer.alloc(0), start: 0, end: 0, activity: { profile_id: `p${offset % 3}` } as Activity });
const settled = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

/** What ClickHouse does with tokens: the same range adds nothing. */
class Ranges {
  readonly byToken = new Map<string, number[]>();

  async insert({ from, to }: HistoryRange, rows: HistoryRow[]): Promise<void> {
    const token = `${from}-${to}`;
    if (!this.byToken.has(token)) this.byToken.set(token, rows.map(({ offset }) => offset));
  }

  get offsets(): number[] {
    return [...this.byToken.values()].flat().sort((a, b) => a - b);
  }
}

function writer(store: Ranges, next = 0): HistoryWriter {
  return new HistoryWriter(store, () => source, next, silent, () => undefined);
}

/** Of a writer that began a range at 10,000 ms, the row after it. */
async function writerWithNext(): Promise<HistoryWriter> {
  const history = writer(new Ranges());
  await history.add([row(0)]);
  history.progress(1, 10_000);
  history.committed();
  await settled();
  await history.add([row(1)]);
  return history;
}

describe('a history writer', () => {
  it('begins an insert only when the range is committed, and gives the rows up to then to who asks', async () => {
    const store = new Ranges();
    const history = writer(store);
    await history.add([row(0), row(1), row(3)]);
    expect(history.progress(4, 10_000)).toEqual({ next: 0, to: 3 });
    expect(store.offsets).toEqual([]);
    expect(history.waiting(new Set(['p0'])).length).toBe(2);
    history.committed();
    await settled();
    expect(store.offsets).toEqual([0, 1, 3]);
    expect([history.next, history.waiting(new Set(['p0']))]).toEqual([4, []]);
  });

  it('has of each profile what is not stored yet, in the order in which it came', async () => {
    const history = await writerWithNext();
    const added = [row(3), row(4), row(6)];
    await history.add(added);
    expect([...history.profiles()].sort()).toEqual(['p0', 'p1']);
    expect(history.waiting(new Set(['p2', 'p0']))).toEqual([added[0]!.activity, added[2]!.activity]);
    history.progress(7, 20_000);
    history.committed();
    await settled();
    expect([...history.profiles()]).toEqual([]);
  });

  it('gathers rows for a second, or a third of one where somebody waits', async () => {
    const history = await writerWithNext();
    expect(history.nextWake()).toBe(11_000);
    expect(history.progress(2, 10_799)).toEqual({ next: 1 });
    history.hurry();
    expect(history.nextWake()).toBe(10_300);
    expect(history.progress(2, 10_299)).toEqual({ next: 1 });
    expect(history.progress(2, 10_799)).toEqual({ next: 1, to: 1 });
  });

  it('begins a range with a transaction that comes shortly before it is due, and wants none for it alone', async () => {
    const history = await writerWithNext();
    expect(history.progress(2, 10_800)).toEqual({ next: 1, to: 1 });
    expect(history.nextWake()).toBeUndefined();
  });

  it('wants a transaction for what has been stored, and for nothing else', async () => {
    const history = writer(new Ranges());
    expect(history.nextWake()).toBeUndefined();
    await history.add([row(0)]);
    history.progress(1, Date.now());
    history.committed();
    await settled();
    expect(history.nextWake()).toBeGreaterThan(Date.now());
    history.progress(1, Date.now());
    history.committed();
    expect(history.nextWake()).toBeUndefined();
  });

  it('stores each row exactly once over any crashes', async () => {
    const run = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 40 }),
      steps: fc.infiniteStream(fc.record({ rows: fc.integer({ min: 0, max: 6 }), elapsed: fc.integer({ min: 0, max: 700 }), end: fc.constantFrom('none', 'none', 'none', 'before-commit', 'after-commit', 'after-insert') })),
    });
    await fc.assert(fc.asyncProperty(run, async ({ gaps, steps }) => {
      let last = -1;
      const log = gaps.map((gap) => (last += gap));
      const store = new Ranges();
      let committed: { offset: number; progress: StoreProgress } = { offset: 0, progress: { next: 0 } };
      let now = 1_000_000;
      for (let crashes = 0; store.offsets.length < log.length;) {
        // As a partition is opened: the range that was begun, then what follows it up to the committed offset.
        const { offset, progress: { next, to } } = committed;
        const history = writer(store, next);
        const between = (from: number, until: number) => log.filter((at) => at >= from && at < until).map(row);
        if (to !== undefined) {
          await history.add(between(next, to + 1));
          await history.redo(to);
        }
        await history.add(between(to === undefined ? next : to + 1, offset));
        let position = offset;
        for (let idle = 0; idle < 5;) {
          const { rows, elapsed, end } = steps.next().value!;
          now += elapsed;
          const block = log.filter((at) => at >= position).slice(0, rows);
          idle = block.length === 0 && position > last ? idle + 1 : 0;
          await history.add(block.map(row));
          position = block.length > 0 ? block.at(-1)! + 1 : position;
          const crash = crashes < 40 ? end : 'none';
          if (crash !== 'none') crashes += 1;
          const progress = history.progress(position, now);
          if (crash === 'before-commit') break;
          committed = { offset: position, progress };
          if (crash === 'after-commit') break;
          history.committed();
          await settled();
          if (crash === 'after-insert') break;
        }
        history.close();
        now += 2_000;
      }
      expect(store.offsets).toEqual(log);
    }), { numRuns: 500 });
  });
});
