// The definitions as SQL for analysts: parameterised views that compute members and traits as of any time.
import { clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import { compileMembersSql, compileTraitsSql, type Definitions } from './evaluate/index.js';

/**
 * Activities with the profile that they belong to now: rows keep the identifier that they were recorded with, and
 * customer.identities tells whose it is.
 */
export const CURRENT_ACTIVITIES = `(
    SELECT a.* REPLACE (i.profile_id AS profile_id)
    FROM segments.activities AS a
    INNER JOIN customer.identities AS i ON i.identifier = a.identifier
  )`;

/** `segments.members_at(now = ...)` and `segments.traits_at(now = ...)`, with `now` in ms. Rejects with RetryableError until customer.identities exists. */
export async function createViews(clickhouse: ClickHouseClient, definitions: Definitions): Promise<void> {
  const source = { activities: CURRENT_ACTIVITIES };
  const views = { members_at: compileMembersSql(definitions, source)(), traits_at: compileTraitsSql(definitions, source) };
  for (const [name, query] of Object.entries(views)) {
    try {
      await clickhouse.command({ query: `CREATE OR REPLACE VIEW segments.${name} AS ${query}` });
    } catch (error) {
      throw clickhouseError(error, `creating segments.${name}`);
    }
  }
}
