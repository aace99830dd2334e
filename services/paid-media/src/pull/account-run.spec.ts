import { describe, expect, it } from '@jest/globals';
import { runAccount, type AccountReports } from './account-run.js';
import type { Span } from './days.js';
import type { Cursor } from './schedule.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const plan = { intervalMs: 3_600_000, lookbackDays: 9 };

async function run(cursor: Cursor | undefined, fetch: (days: Span) => void = () => undefined) {
  const steps: string[] = [];
  const reports: AccountReports = {
    maxDays: 5,
    fetch: async (days, fresh, handOver) => {
      fetch(days);
      await handOver([]);
      steps.push(`${days.from}..${days.to}, fresh from ${fresh}`);
    },
  };
  const moved: Cursor[] = [];
  const done = runAccount({
    plan, timezone: 'Europe/Berlin', cursor, now: NOW, reports,
    handOver: async () => void steps.push('acknowledged'),
    moveTo: async (to) => void (moved.push(to), steps.push(`cursor ${to.day}`)),
  });
  return { done, steps, moved };
}

describe('a run', () => {
  it('moves the cursor behind each piece of its days, once the piece is acknowledged', async () => {
    const { done, steps, moved } = await run(undefined);
    expect(await done).toEqual({ from: '2026-11-12', to: '2026-11-21' });
    expect(steps).toEqual([
      'acknowledged', '2026-11-12..2026-11-16, fresh from 2026-11-12', 'cursor 2026-11-16',
      'acknowledged', '2026-11-17..2026-11-21, fresh from 2026-11-12', 'cursor 2026-11-21',
    ]);
    expect(moved).toEqual([{ day: '2026-11-16', since: '2026-11-12' }, { day: '2026-11-21', since: '2026-11-12', ranAt: NOW }]);
  });

  it('tells from which day on everything is fresh: the last day may not have been over', async () => {
    const { done, steps } = await run({ day: '2026-11-20', since: '2026-11-01', ranAt: 1 });
    await done;
    expect(steps[1]).toBe('2026-11-11..2026-11-15, fresh from 2026-11-19');
  });

  it('that is broken off leaves the cursor behind its last whole piece', async () => {
    const { done, moved } = await run(undefined, ({ from }) => {
      if (from === '2026-11-17') throw new Error('no answer');
    });
    await expect(done).rejects.toThrow('no answer');
    expect(moved.map(({ day, ranAt }) => [day, ranAt])).toEqual([['2026-11-16', undefined]]);
  });
});
