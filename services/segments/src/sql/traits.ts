// The SQL compiler, traits: their values of all profiles at a time, in one pass over the activities.
import { millisecondsSql } from '../definitions/fields.js';
import type { Definitions } from '../definitions/load.js';
import type { Trait } from '../definitions/trait.js';
import { windowSql } from '../definitions/windows.js';
import { sqlName } from './literal.js';

export interface ActivitiesSource {
  /**
   * A table expression: a table's name, or a query in brackets. It gives the columns of customer.activities
   * (Evaluator.relevantColumns and profile_id will do), each activity once, with the profile that it belongs
   * to now as profile_id.
   */
  activities: string;
}

/** Column of a trait inside of queries: prefixed, so that no trait hides a column of the activities. */
export function traitColumn({ name }: Trait): string {
  return sqlName(`trait_${name}`);
}

/** The trait's value as an aggregate over a profile's rows. */
export function traitSql({ aggregation, filter, window }: Trait): string {
  return aggregation.sql(`${filter.sql} AND ${windowSql(window, millisecondsSql('occurred_at'))}`);
}

/**
 * A ClickHouse query for (profile_id, one column per trait) at the query parameter {now:Int64}, in ms.
 * Profiles without any activity are not in it.
 */
export function compileTraitsSql({ traits }: Pick<Definitions, 'traits'>, { activities }: ActivitiesSource): string {
  const inner = ['profile_id', ...traits.map((trait) => `${traitSql(trait)} AS ${traitColumn(trait)}`)];
  const outer = ['profile_id', ...traits.map((trait) => `${traitColumn(trait)} AS ${sqlName(trait.name)}`)];
  return `SELECT ${outer.join(', ')}\nFROM (\n  SELECT ${inner.join(',\n    ')}\n  FROM ${activities}\n  GROUP BY profile_id\n)`;
}
