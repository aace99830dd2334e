// The section of docs/benchmarks.md about the highest rates that the whole mesh holds.
import { LEAST_SHARE } from '../held/rule.js';
import type { HeldTry } from '../held/run.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, goal, ms, table } from './table.js';

/** What the project sets out to hold. */
const GOAL = 3_000;

type Held = NonNullable<Results['held']>[number];

/** One table for each number of segments. */
export function heldSections(results: readonly Held[]): string[] {
  return [
    '## The highest rate that is held',
    '',
    `Each rate has a new mesh, some time to warm up, and some that is measured. It is held when the services took in at least ${LEAST_SHARE * 100} % of it; when the median lag of no consumer group is higher in the last third of that time than in the first by more than a second's worth of events; when the generator kept its schedule; when every answer was as expected; and when p99 from event to membership, the slower of commit and consumer, is below a limit. The rate doubles until it is not held, then the distance is halved.`,
    '',
    table(['goal', 'wanted', 'measured', ''], results.map((result) => goal(`events/s held with ${having(result)}`, decimal(GOAL), held(result), (result.highest ?? 0) >= GOAL))),
    ...results.flatMap(section),
  ];
}

const having = ({ segments, definitions }: Held) => `${segments === undefined ? "this project's" : 'other'} ${decimal(definitions.segments)} segments, ${decimal(definitions.traits)} traits`;
const held = ({ highest, to }: Held) => (highest === undefined ? 'none that was tried' : `${highest === to ? 'at least ' : ''}${decimal(highest)}`);

function section(result: Held): string[] {
  const { tries, from, to, resolution, seconds, warmUpSeconds, limitMs, segments } = result;
  return [
    '',
    `### ${segments === undefined ? `The segments of this project: ${decimal(result.definitions.segments)}` : `${decimal(segments)} segments`}`,
    '',
    about(result),
    '',
    `**Held: ${held(result)} events/s**, to ${decimal(resolution)}; ${warmUpSeconds} s to warm up, ${seconds} s measured, p99 below ${limitMs} ms.`,
    '',
    table(
      ['events/s', 'taken in', 'commit p99', 'consumer p99', 'lag (begin, middle, end)', 'behind p99', 'cores of the mesh', ''],
      [...tries].sort((a, b) => a.eventsPerSecond - b.eventsPerSecond).map(row),
    ),
    '',
    `Again: \`npm run bench -- held --from ${from} --to ${to} --resolution ${resolution} --seconds ${seconds} --warm-up ${warmUpSeconds} --limit ${limitMs}${segments === undefined ? '' : ` --segments ${segments}`}\``,
  ];
}

function row({ eventsPerSecond, takenPerSecond, commitP99Ms, consumerP99Ms, lag, behindMs, cores, reasons }: HeldTry): string[] {
  return [
    decimal(eventsPerSecond), `${decimal((takenPerSecond / eventsPerSecond) * 100, 1)} %`, ms(commitP99Ms), ms(consumerP99Ms), lag.map((n) => decimal(n)).join(', '), ms(behindMs?.p99),
    decimal(cores, 2), reasons.length === 0 ? 'held' : `**not held**: ${reasons.join('; ')}`,
  ];
}
