// The section of docs/benchmarks.md about the start of the segments service with very many profiles.
import type { Start } from '../segments-start/run.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, goal, table } from './table.js';

/** What the project sets out to reach, in seconds. */
export const START_GOAL_SECONDS = 10;

export function segmentsStartSection(result: NonNullable<Results['segmentsStart']>): string[] {
  const { profiles, empty, full, stateBytes } = result;
  const perMillion = ((full.rssMb - empty.rssMb) * 1e6) / profiles;
  return [
    '## Start of segments',
    '',
    about(result),
    '',
    `The segments service starts with the definitions of \`schemas/\`, alone on a platform of its own, first without profiles and then with ${decimal(profiles)}: as many records of \`segments.state.v1\`, of ${decimal(stateBytes)} bytes on average, and their activities in ClickHouse. Meanwhile the activities of a newcomer wait on each partition of \`customer.activities.v1\`. Seconds count from the start of the process until it is ready, and until a consumer has the first membership that the newcomers cause, and one of every partition: before that, the states of all profiles have been read. Memory is the resident one, and V8's heap of it, five seconds later.`,
    '',
    table(
      ['profiles', 'ready', 'first membership', 'of every partition', 'CPU-s until then', 'memory', 'most until then', 'heap'],
      [row(0, empty), row(profiles, full)],
    ),
    '',
    table(['goal', 'wanted', 'measured', ''], [
      goal(`evaluating again with ${decimal(profiles)} profiles`, `under ${START_GOAL_SECONDS} s`, `${decimal(full.allSeconds, 1)} s`, full.allSeconds < START_GOAL_SECONDS),
    ]),
    '',
    `A million profiles take ${decimal(perMillion)} MB beside what the process has without any; profiles that are in memory with all that they did (\`SEGMENTS_CACHE_MB\`) come on top as they become active.`,
    '',
    `Again: \`npm run bench -- segments-start --profiles ${profiles}\``,
  ];
}

function row(profiles: number, { readySeconds, firstSeconds, allSeconds, cpuSeconds, rssMb, mostRssMb, heapMb }: Start): string[] {
  return [decimal(profiles), ...[readySeconds, firstSeconds, allSeconds].map((seconds) => `${decimal(seconds, 2)} s`), decimal(cpuSeconds, 1), ...[rssMb, mostRssMb, heapMb].map((mb) => `${decimal(mb)} MB`)];
}
