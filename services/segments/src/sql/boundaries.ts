// The boundaries between shares of everybody, by the value of a trait.
import { inWindowsSql } from './members.js';
import { accumulatorColumns, columnOf, type ActivitiesSource } from './traits.js';
import type { Rank } from '../evaluate/ranks.js';

/**
 * A query for one row, (boundaries Array(Int64), people), at {now:Int64} in ms: over the people who have the trait, the values
 * at 1/into, 2/into and so on (https://clickhouse.com/docs/sql-reference/aggregate-functions/reference/quantileexact). Rows that the
 * trait does not read are left out: who has no others has the value of somebody who never did anything, and is not ranked.
 */
export function compileBoundariesSql({ trait, into, nobodys }: Rank, { activities }: ActivitiesSource): string {
  const levels = Array.from({ length: into - 1 }, (_, index) => (index + 1) / into);
  return [
    `SELECT arrayMap(value -> toInt64(value), quantilesExactLow(${levels.join(', ')})(assumeNotNull(value))) AS boundaries, count() AS people`,
    `FROM (SELECT ${trait.sql(columnOf)} AS value FROM (\n  SELECT ${['profile_id', ...accumulatorColumns(trait.accumulators)].join(',\n    ')}`,
    `  FROM ${activities}\n  WHERE ${inWindowsSql(trait.accumulators).join(' OR ')}\n  GROUP BY profile_id\n))`,
    `WHERE value IS NOT NULL${nobodys === null ? '' : ` AND value != ${nobodys}`}`,
  ].join('\n');
}
