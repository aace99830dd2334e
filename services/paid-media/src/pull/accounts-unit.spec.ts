import { describe, expect, it } from '@jest/globals';
import { AccountsUnit, type AccountRunParts, type ScheduledAccount } from './accounts-unit.js';
import { CURSORS } from './cursors.js';
import { PlatformBusyError, PlatformRefusalError } from './fault.js';
import type { Cursor } from './schedule.js';

const HOUR = 3_600_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const row = (value: string) => ({ topic: 'rows', message: { value } });

/** A unit of one account, whose run is `run`; `turns` does what the loop does, `commits` of it at most. */
function unitOf(run: (parts: AccountRunParts) => Promise<void>, cursors = new Map<string, Cursor>()) {
  const ended: string[] = [];
  let released = 0;
  const account: ScheduledAccount = {
    key: 'meta|42', plan: { intervalMs: HOUR, lookbackDays: 28 }, run,
    ended: (outcome, error) => void ended.push(error instanceof Error ? `${outcome}: ${error.message}` : outcome), released: () => void (released += 1),
  };
  const unit = new AccountsUnit([account], cursors, () => undefined);
  const sent: string[] = [];
  const turns = async (count: number) => {
    for (let i = 0; i < count; i += 1) {
      const outgoing = await unit.wake(Date.now());
      sent.push(...outgoing.flatMap(({ topic, messages }) => messages.map(({ value }) => `${topic} ${String(value)}`)));
      unit.committed();
      await turn();
    }
  };
  return { unit, ended, sent, turns, released: () => released };
}

describe('the accounts of a partition', () => {
  it('run when they are due; what they hand over is resolved once it is committed, the cursor last', async () => {
    const steps: string[] = [];
    const { unit, ended, sent, turns } = unitOf(async ({ commit, moveTo }) => {
      await commit([row('1'), row('2')]);
      steps.push('rows are there');
      await moveTo({ day: '2026-11-21', since: '2026-11-01' });
      steps.push('cursor is there');
    });
    expect(unit.nextWake()).toBeLessThanOrEqual(Date.now());
    expect(await unit.wake(Date.now())).toEqual([{ topic: 'rows', messages: [{ value: '1' }, { value: '2' }] }]);
    await turn();
    expect([steps, unit.nextWake()]).toEqual([[], undefined]);
    unit.committed();
    await turn();
    expect([steps, unit.nextWake()]).toEqual([['rows are there'], 0]);
    await turns(1);
    expect([steps, sent, ended]).toEqual([['rows are there', 'cursor is there'], [`${CURSORS.topic} {"day":"2026-11-21","since":"2026-11-01"}`], ['done']]);
    expect(unit.nextWake()! - Date.now()).toBeGreaterThan(0.99 * HOUR);
  });

  it('do not run again while they run, and go on from the cursor that was committed', async () => {
    const cursors: (Cursor | undefined)[] = [];
    const { unit, turns, ended } = unitOf(async ({ cursor, moveTo }) => {
      cursors.push(cursor);
      await moveTo({ day: '2026-11-21', since: '2026-11-01' });
      throw new PlatformBusyError('no answer');
    });
    await turns(2);
    expect([cursors, ended]).toEqual([[undefined], ['failed: no answer']]);
    await unit.wake(Date.now() + HOUR);
    expect(cursors[1]).toEqual({ day: '2026-11-21', since: '2026-11-01' });
  });

  it('that are refused run again at their next time, and say why', async () => {
    const { unit, turns, ended } = unitOf(() => Promise.reject(new PlatformRefusalError('set META_ACCESS_TOKEN', 'token')));
    await turns(1);
    expect(ended).toEqual(['refused: set META_ACCESS_TOKEN']);
    expect(unit.nextWake()! - Date.now()).toBeGreaterThan(0.99 * HOUR);
  });

  it('stop at once when the partition is lost, and nothing of what they had is told as a fault', async () => {
    let signal: AbortSignal | undefined;
    const fates: string[] = [];
    const { unit, ended, released } = unitOf(async (parts) => {
      signal = parts.signal;
      await parts.commit([row('1')]).catch((error: Error) => fates.push(error.message));
      await parts.commit([row('2')]);
    });
    await unit.wake(Date.now());
    unit.close();
    await turn();
    expect([signal!.aborted, fates.length, ended, released(), unit.nextWake()]).toEqual([true, 1, [], 1, undefined]);
  });

  it('do not run before an interval is over since the last run, of whichever instance', () => {
    const ranAt = Date.now() - HOUR / 2;
    const { unit } = unitOf(() => Promise.resolve(), new Map([['meta|42', { day: '2026-11-21', since: '2026-11-01', ranAt }]]));
    expect(unit.nextWake()).toBe(ranAt + HOUR);
  });
});
