// Chains of activities: one step after the other, without others in between or after them. What `sequence` and `absence` say.
//
// At a time T there is a chain where moments a1 < a2 < ... of the steps lie in (T - window, T], each at most `within`
// after the one before, with no excluded activity strictly between two steps that exclude it, nor in (last, T] where the
// end excludes it; and the last is at least `for` before T. All of it in exact milliseconds: there are no buckets here.
//
// One pass over the moments in order finds it, for each step the latest moment that a chain leads to: of all moments
// before a next step it is the nearest, and the least likely to be cut off, so the others do not matter. At equal moments
// later links come first, so that nothing follows, or excludes, what happened in the same millisecond.
import type { Accumulator } from '../../evaluate/accumulator.js';
import type { Subject } from '../../evaluate/subject.js';
import { MAX_MOMENTS, momentsIn } from '../moments.js';
import { partsOfLeaf, type Columns, type Condition, type Finding, type NodeReader } from './operator.js';

/** A step, or (`excluded`) what must not happen after the step before it, until the next one if there is one. */
export interface Link {
  excluded: boolean;
  moments: Accumulator;
  /** Of a step: most ms after the step before; Infinity where any will do. */
  within: number;
  /** Which activities, in words. */
  words: string;
}

export interface Chain {
  /** At most MAX_LINKS, the first of them a step; no two excluding ones in a row. */
  links: readonly Link[];
  /** Ms that are over since the last step. */
  forMs: number;
  windowMs: number;
}

export const MAX_LINKS = 10;
/** A moment and its link in one whole number, which sorts by both. */
const SLOTS = 16;

/** The latest moment of a step that a chain leads to, and the latest moment that such a chain begins at. */
interface Reached {
  at: number;
  start: number;
}

/** The step before a link, by its position. */
function stepBefore(links: readonly Link[], position: number): number {
  return links[position - 1]!.excluded ? position - 2 : position - 1;
}

const lastStep = (links: readonly Link[]) => (links.at(-1)!.excluded ? links.length - 2 : links.length - 1);

/** Chains at `now` over the moments of each link: how far they come, and their ends, in order. */
function follow({ links, windowMs }: Chain, moments: readonly number[][], now: number): { reached: readonly (Reached | undefined)[]; ends: readonly Reached[] } {
  const events: number[] = [];
  for (const [position, list] of moments.entries()) {
    const past = list.filter((moment) => moment <= now).slice(-MAX_MOMENTS);
    for (const moment of past) if (moment > now - windowMs) events.push(moment * SLOTS + links.length - 1 - position);
  }
  const reached: (Reached | undefined)[] = links.map(() => undefined);
  const end = lastStep(links);
  let ends: Reached[] = [];
  for (const event of events.sort((a, b) => a - b)) {
    const position = links.length - 1 - (event % SLOTS);
    const at = Math.floor(event / SLOTS);
    if (links[position]!.excluded) {
      reached[position - 1] = undefined;
      if (position > end) ends = [];
      continue;
    }
    const before = position === 0 ? { at, start: at } : reached[stepBefore(links, position)];
    if (!before || at - before.at > links[position]!.within) continue;
    const step = { at, start: before.start };
    reached[position] = step;
    if (position === end) ends.push(step);
  }
  return { reached, ends };
}

/** Times (ms) after `now` at which the chain may come about or break: at others it cannot. */
function turningPoints(chain: Chain, moments: readonly number[][], now: number): number[] {
  const { links, forMs, windowMs } = chain;
  const { ends } = follow(chain, moments, now);
  const coming = moments.flatMap((list) => list.filter((moment) => moment > now));
  const ripe = ends.filter(({ at }) => at <= now - forMs).at(-1);
  // It holds until its beginning leaves the window, where no later one has taken its place by then.
  if (ripe) return [...coming, ...moments[0]!.filter((moment) => moment >= ripe.start).map((moment) => moment + windowMs)];
  const late = moments[lastStep(links)]!.filter((moment) => moment > now);
  return [...coming, ...[...ends.map(({ at }) => at), ...late].map((moment) => moment + forMs)];
}

/** Compiles a chain. */
export function chainCondition(chain: Chain, reader: Pick<NodeReader, 'leaf'>): Condition {
  const { links, forMs } = chain;
  const momentsOf = ({ state }: Subject) => links.map(({ moments }) => momentsIn(state.buckets.get(moments.index)));
  const isThere = (moments: readonly number[][], now: number) => {
    const [first] = follow(chain, moments, now).ends;
    return first !== undefined && first.at <= now - forMs;
  };
  const holds = (subject: Subject) => isThere(momentsOf(subject), subject.now);
  const leaf = reader.leaf(chainSql(chain, { of: ({ name }) => name }), {
    accumulators: [...new Set(links.map(({ moments }) => moments))],
    personal: false,
    holds,
    nextChange(subject) {
      const moments = momentsOf(subject);
      const times = turningPoints(chain, moments, subject.now).filter((time) => time > subject.now);
      return subject.firstFlip(times, ({ now }) => isThere(moments, now));
    },
  });
  return {
    ...partsOfLeaf(leaf),
    sql: (columns) => chainSql(chain, columns),
    // It begins with what has happened by now.
    prospect: {
      holds: (subject) => momentsOf(subject)[0]!.some((moment) => moment <= subject.now && moment > subject.now - chain.windowMs),
      sql: (columns) => `arrayExists(moment -> moment > {now:Int64} - ${chain.windowMs}, ${columns.of(links[0]!.moments)})`,
    },
    explain: (subject, depth) => [
      { depth, holds: holds(subject), sentence: `within ${durationText(chain.windowMs)}, this must happen in this order:` },
      ...findings(chain, momentsOf(subject), subject.now, depth + 1),
    ],
  };
}

function findings(chain: Chain, moments: readonly number[][], now: number, depth: number): Finding[] {
  const { links, forMs } = chain;
  const { reached, ends } = follow(chain, moments, now);
  return links.map(({ excluded, words, within }, position): Finding => {
    if (!excluded) {
      const step = reached[position];
      const limit = within === Infinity ? '' : `, at most ${durationText(within)} after the step before`;
      return { depth, holds: step !== undefined, sentence: `${words}${limit}: ${step ? `last at ${new Date(step.at).toISOString()}` : 'not so far'}` };
    }
    if (position < links.length - 1) return { depth, holds: reached[position + 1] !== undefined, sentence: `no ${words} in between` };
    const [first] = ends;
    const since = first ? `since ${new Date(first.at).toISOString()}` : 'not so';
    return { depth, holds: first !== undefined && first.at <= now - forMs, sentence: `no ${words} for ${durationText(forMs)}: ${since}` };
  });
}

/** `2h` of 7,200,000 ms: the longest unit of definitions that divides it. */
export function durationText(ms: number): string {
  const units = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1_000]] as const;
  const [unit, size] = units.find(([, length]) => ms % length === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/**
 * The same in SQL: a fold over the moments of all links, with the latest moment that each step was reached at, or -1
 * (https://clickhouse.com/docs/sql-reference/functions/array-functions#arrayFold).
 */
function chainSql({ links, forMs, windowMs }: Chain, columns: Pick<Columns, 'of'>): string {
  const end = lastStep(links);
  const slotOf = (position: number) => links.length - 1 - position;
  const steps = [...links.keys()].filter((position) => !links[position]!.excluded);
  const reached = (position: number) => `tupleElement(reached, ${steps.indexOf(position) + 1})`;
  const events = links.map(({ moments }, position) => {
    const latest = position === end ? ` AND moment <= {now:Int64} - ${forMs}` : '';
    return `arrayMap(moment -> moment * ${SLOTS} + ${slotOf(position)}, arrayFilter(moment -> moment > {now:Int64} - ${windowMs}${latest}, ${columns.of(moments)}))`;
  });
  const next = steps.map((position) => {
    const before = position === 0 ? undefined : reached(stepBefore(links, position));
    const within = links[position]!.within;
    const conditions = [
      `event % ${SLOTS} = ${slotOf(position)}`,
      ...(before === undefined ? [] : [`${before} >= 0`]),
      ...(before === undefined || within === Infinity ? [] : [`intDiv(event, ${SLOTS}) - ${before} <= ${within}`]),
    ];
    const kept = links[position + 1]?.excluded ? `if(event % ${SLOTS} = ${slotOf(position + 1)}, toInt64(-1), ${reached(position)})` : reached(position);
    return `if(${conditions.join(' AND ')}, intDiv(event, ${SLOTS}), ${kept})`;
  });
  const none = `tuple(${steps.map(() => 'toInt64(-1)').join(', ')})`;
  const folded = `arrayFold((reached, event) -> tuple(${next.join(', ')}), arraySort(arrayConcat(${events.join(', ')})), ${none})`;
  return `(tupleElement(${folded}, ${steps.length}) >= 0)`;
}
