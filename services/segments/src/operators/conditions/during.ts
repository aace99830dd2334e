// `during`: the time of the evaluation lies between two instants.
import { z } from 'zod';
import { instantOf, KINDS } from '../../definitions/kinds.js';
import type { Path } from '../../definitions/source.js';
import { ALWAYS, conditionOperator, partsOfLeaf, type Condition, type NodeReader } from './operator.js';

/** From an instant up to, and without, another; either may be absent. */
export const PERIOD_SCHEMA = z.strictObject({ from: z.string().optional(), until: z.string().optional() });
export type Period = z.infer<typeof PERIOD_SCHEMA>;

/** The condition that it is now within a period that stands at `at`. Undefined where it is wrong, which is reported. */
export function compilePeriod(period: Period, at: Path, reader: Pick<NodeReader, 'report' | 'leaf'>): Condition | undefined {
  const { from, until } = period;
  if (from === undefined && until === undefined) {
    reader.report(at, `"${String(at.at(-1))}" has neither "from" nor "until": add one of them, or both`);
    return undefined;
  }
  const begin = from === undefined ? -Infinity : instantOf(from);
  const end = until === undefined ? Infinity : instantOf(until);
  for (const [key, instant] of [['from', begin], ['until', end]] as const) {
    if (instant === undefined) reader.report([...at, key], `"${period[key]!}" is no time: "${key}" must be ${KINDS.time.expected}`);
  }
  if (begin === undefined || end === undefined) return undefined;
  if (begin >= end) {
    reader.report([...at, 'until'], `the period ends before it begins: "until" must be later than "from", which is ${from!}`);
    return undefined;
  }
  return between(begin, end, reader);
}

function between(begin: number, end: number, reader: Pick<NodeReader, 'leaf'>): Condition {
  const isOn = (now: number) => now >= begin && now < end;
  const show = (at: number) => new Date(at).toISOString();
  const bounds = [
    ...(begin === -Infinity ? [] : [{ sql: `{now:Int64} >= ${begin}`, words: `from ${show(begin)}` }]),
    ...(end === Infinity ? [] : [{ sql: `{now:Int64} < ${end}`, words: `until ${show(end)}` }]),
  ];
  const sql = `(${bounds.map((bound) => bound.sql).join(' AND ')})`;
  const leaf = reader.leaf(sql, {
    accumulators: [],
    personal: false,
    holds: ({ now }) => isOn(now),
    nextChange: ({ now }) => (now < begin ? begin : now < end ? end : Infinity),
  });
  return {
    ...partsOfLeaf(leaf),
    sql: () => sql,
    prospect: ALWAYS,
    explain: ({ now }, depth) => [{ depth, holds: isOn(now), sentence: `it is ${show(now)}, must be ${bounds.map(({ words }) => words).join(' ')}` }],
  };
}

export const during = conditionOperator<{ during: Period }>({
  schema: z.strictObject({ during: PERIOD_SCHEMA }),
  compile: (node, at, reader) => compilePeriod(node.during, [...at, 'during'], reader),
});
