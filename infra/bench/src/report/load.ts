// The section of docs/benchmarks.md about the load generator: that it is not what is measured.
import type { LoadFigures } from '../load/run.js';
import { MOST_BEHIND_MS } from '../load/timings.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, table } from './table.js';

export function loadSection(result: NonNullable<Results['load']>): string[] {
  const { most, paced, rate, seconds } = result;
  const row = (name: string, { eventsPerSecond, cpuMicrosPerEvent, cores }: LoadFigures, timings: string[]) => [name, decimal(eventsPerSecond), `${decimal(cpuMicrosPerEvent, 1)} µs`, decimal(cores, 2), ...timings];
  const { fromDue, behind } = paced.timings;
  return [
    '## The load generator',
    '',
    about(result),
    '',
    'The load comes from a process of its own that sends native payloads, of people and products drawn by Zipf\'s law ([how](sources.md#a-simulated-shop)). It is an open loop: when a request is due follows from the rate alone, and nobody waits for an answer about other people. Answers are counted from the moment at which their requests were due, so that what a slow answer holds up is counted too (Gil Tene: coordinated omission), and from the moment of sending beside it. How far the generator itself fell behind is measured in every run: '
    + `where that is more than ${MOST_BEHIND_MS.p99} ms at p99, or ${decimal(MOST_BEHIND_MS.max)} ms once, the run does not count, and its result says so.`,
    '',
    'What it can do, against an HTTP server in another process that answers at once and does nothing else:',
    '',
    table(['', 'events/s', 'CPU per event', 'cores', 'HTTP p99 from due', 'behind p99', 'behind max'], [
      row('as fast as answers come', most, ['', '', '']),
      row(`open loop at ${decimal(rate)} events/s`, paced, [fromDue.p99, behind.p99, behind.max].map((value) => `${decimal(value, 1)} ms`)),
    ]),
    ...(paced.keptSchedule ? [] : ['', `**At ${decimal(rate)} events/s the generator was behind by more than its bound**: it is a bottleneck there.`]),
    '',
    `Again: \`npm run bench -- load --rate ${rate} --seconds ${seconds}\``,
  ];
}
