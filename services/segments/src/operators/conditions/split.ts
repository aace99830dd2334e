// `split`: the person falls into a part of a stable random split, such as a holdout group.
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Subject } from '../../evaluate/subject.js';
import { sqlText } from '../../sql/literal.js';
import { conditionOperator, partsOfLeaf } from './operator.js';

/** Parts are in hundredths of a percent. */
const PARTS = 10_000;

/**
 * The person's number in a split, 0 to 9999: the first four bytes of MD5('<name>:<profile id>'), least significant
 * first, modulo 10,000. Chosen since JavaScript and ClickHouse both have it; splits of other names are independent.
 */
export function splitNumber(name: string, profileId: string): number {
  return hash('md5', `${name}:${profileId}`, 'buffer').readUInt32LE(0) % PARTS;
}

/** The same over a row's profile_id (https://clickhouse.com/docs/sql-reference/functions/hash-functions#md5). */
function splitNumberSql(name: string): string {
  return `(reinterpretAsUInt32(substring(MD5(concat(${sqlText(`${name}:`)}, toString(profile_id))), 1, 4)) % ${PARTS})`;
}

/** Hundredths of a percent; undefined where it is finer, or none. */
function partsOf(percent: number): number | undefined {
  const parts = Math.round(percent * 100);
  return percent >= 0 && percent <= 100 && Math.abs(percent * 100 - parts) < 1e-6 ? parts : undefined;
}

const percentText = (parts: number) => String(parts / 100);

export const split = conditionOperator<{ split: { name: string; from: number; to: number } }>({
  schema: z.strictObject({ split: z.strictObject({ name: z.string().min(1).transform((name) => name.toWellFormed()), from: z.number(), to: z.number() }) }),
  compile({ split: { name, ...range } }, at, reader) {
    const [from, to] = [partsOf(range.from), partsOf(range.to)];
    for (const [key, parts] of [['from', from], ['to', to]] as const) {
      if (parts === undefined) reader.report([...at, 'split', key], `"${key}" of a split must be a percentage from 0 to 100 with at most two decimals`);
    }
    if (from === undefined || to === undefined) return undefined;
    if (from >= to) {
      reader.report([...at, 'split', 'to'], `the split is empty: "to" must be more than "from", which is ${range.from}`);
      return undefined;
    }
    const numberOf = ({ state }: Subject) => splitNumber(name, state.profileId);
    const isIn = (number: number) => number >= from && number < to;
    const holds = (subject: Subject) => isIn(numberOf(subject));
    const sql = `(${splitNumberSql(name)} >= ${from} AND ${splitNumberSql(name)} < ${to})`;
    return {
      ...partsOfLeaf(reader.leaf(sql, { accumulators: [], personal: true, holds, nextChange: () => Infinity })),
      sql: () => sql,
      prospect: { holds, sql: () => sql },
      explain: (subject, depth) => [{
        depth,
        holds: holds(subject),
        sentence: `number in split ${JSON.stringify(name)} is ${percentText(numberOf(subject))}, must be at least ${percentText(from)} and less than ${percentText(to)}`,
      }],
    };
  },
});
