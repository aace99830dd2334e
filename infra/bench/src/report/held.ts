// The section of docs/benchmarks.md about the highest rate that the whole mesh holds.
import { LEAST_SHARE } from '../held/rule.js';
import type { HeldTry } from '../held/run.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, ms, table } from './table.js';

export function heldSection(result: NonNullable<Results['held']>): string[] {
  const { highest, tries, from, to, resolution, seconds, warmUpSeconds, limitMs } = result;
  const answer = highest === undefined ? '**No rate that was tried is held.**' : `**Held: ${highest === to ? 'at least ' : ''}${decimal(highest)} events/s**, to ${decimal(resolution)}.`;
  return [
    '## The highest rate that is held',
    '',
    about(result),
    '',
    answer,
    '',
    `Each rate has a new mesh, ${warmUpSeconds} s to warm up and ${seconds} s that are measured. It is held when the services took in at least ${LEAST_SHARE * 100} % of it; when the median lag of no consumer group is higher in the last third of that time than in the first by more than a second's worth of events; when the generator kept its schedule; when every answer was as expected; and when p99 from event to membership, the slower of commit and consumer, is below ${limitMs} ms. The rate doubles until it is not held, then the distance is halved.`,
    '',
    table(
      ['events/s', 'taken in', 'commit p99', 'consumer p99', 'lag (begin, middle, end)', 'behind p99', 'cores of the mesh', ''],
      [...tries].sort((a, b) => a.eventsPerSecond - b.eventsPerSecond).map(row),
    ),
    '',
    `Again: \`npm run bench -- held --from ${from} --to ${to} --resolution ${resolution} --seconds ${seconds} --warm-up ${warmUpSeconds} --limit ${limitMs}\``,
  ];
}

function row({ eventsPerSecond, takenPerSecond, commitP99Ms, consumerP99Ms, lag, behindMs, cores, reasons }: HeldTry): string[] {
  return [
    decimal(eventsPerSecond), `${decimal((takenPerSecond / eventsPerSecond) * 100, 1)} %`, ms(commitP99Ms), ms(consumerP99Ms), lag.map((n) => decimal(n)).join(', '), ms(behindMs?.p99),
    decimal(cores, 2), reasons.length === 0 ? 'held' : `**not held**: ${reasons.join('; ')}`,
  ];
}
