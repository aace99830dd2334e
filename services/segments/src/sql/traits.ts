// The SQL compiler, traits: their values of all profiles at a time, in one pass over the activities.
import type { Definitions } from '../definitions/load.js';
import { accumulatorSql, type Accumulator } from '../evaluate/accumulator.js';
import { sqlName } from './literal.js';

export interface ActivitiesSource {
  /**
   * A table expression: a table's name, or a query in brackets. It gives the columns of customer.activities
   * (Evaluator.relevantColumns and profile_id will do), each activity once, with the profile that it belongs
   * to now as profile_id.
   */
  activities: string;
}

/** Column of an accumulator inside of queries: its name is prefixed, so that none hides a column of the activities. */
export function columnOf({ name }: Accumulator): string {
  return sqlName(name);
}

/** The columns of accumulators in a query that groups a profile's rows. */
export function accumulatorColumns(accumulators: readonly Accumulator[]): string[] {
  return accumulators.map((accumulator) => `${accumulatorSql(accumulator)} AS ${columnOf(accumulator)}`);
}

/**
 * A ClickHouse query for (profile_id, one column per trait) at the query parameter {now:Int64}, in ms.
 * Profiles without any activity are not in it.
 */
export function compileTraitsSql({ traits }: Pick<Definitions, 'traits'>, { activities }: ActivitiesSource): string {
  const accumulators = [...new Set(traits.flatMap((trait) => trait.accumulators))];
  const inner = ['profile_id', ...accumulatorColumns(accumulators)];
  const outer = ['profile_id', ...traits.map((trait) => `${trait.sql(columnOf)} AS ${sqlName(trait.name)}`)];
  return `SELECT ${outer.join(', ')}\nFROM (\n  SELECT ${inner.join(',\n    ')}\n  FROM ${activities}\n  GROUP BY profile_id\n)`;
}
