// The section of docs/benchmarks.md about profiles whose time comes, very many within a minute.
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, goal, ms, table } from './table.js';

/** What the project sets out to reach: the last of them, with the commit, after its time. */
export const TIMERS_GOAL_MS = 2_000;

export function segmentsTimersSection(result: NonNullable<Results['segmentsTimers']>): string[] {
  const { profiles, timers, spreadSeconds, evaluatedMs, seenMs, cores, platformCores } = result;
  const row = (name: string, { p50, p99, max }: typeof seenMs) => [name, ms(p50), ms(p99), ms(max)];
  return [
    '## Timers of segments',
    '',
    about(result),
    '',
    `Beside ${decimal(profiles)} other profiles, ${decimal(timers)} have left a cart an hour ago, evenly over ${decimal(spreadSeconds)} s: each enters \`forgotten-carts\` when its hour is over, with no event to trigger it. The service was started a while before, so that none of them is in memory: what they did is read from ClickHouse when their time comes. Counted from that time, to the millisecond, until the evaluation, and until a consumer of \`segments.memberships.v1\` has the committed change.`,
    '',
    table(['after its time', 'p50', 'p99', 'max'], [row('evaluated', evaluatedMs), row('committed, and with a consumer', seenMs)]),
    '',
    table(['goal', 'wanted', 'measured', ''], [goal(`all of ${decimal(timers)} within ${decimal(spreadSeconds)} s, until a consumer has them`, `within ${ms(TIMERS_GOAL_MS)}`, ms(seenMs.max), seenMs.max <= TIMERS_GOAL_MS)]),
    '',
    `Meanwhile segments used ${decimal(cores, 2)} cores, and Kafka, the registry and ClickHouse ${decimal(platformCores, 2)}.`,
    '',
    `Again: \`npm run bench -- segments-timers --profiles ${profiles} --timers ${timers} --spread ${spreadSeconds}\``,
  ];
}
