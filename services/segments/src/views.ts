// The definitions as SQL for analysts: parameterised views that compute members and traits as of any time.
import { clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import { errorText, untilDone, type Logger } from '@tideway/service';
import { compileMembersSql, compileTraitsSql, type Definitions } from './evaluate/index.js';

/**
 * Activities with the profile that they belong to now: rows keep the identifier that they were recorded with, and
 * customer.identities tells whose it is. Those of people who were erased are nobody's.
 */
export const CURRENT_ACTIVITIES = `(
    SELECT a.* REPLACE (i.profile_id AS profile_id)
    FROM segments.activities AS a
    INNER JOIN customer.identities AS i ON i.identifier = a.identifier
    WHERE i.cause != 'erasure'
  )`;

/**
 * The views `segments.members_at(now = ...)` and `segments.traits_at(now = ...)`, with `now` in ms, made anew as definitions
 * change: the last ones win, and an outage only delays them.
 */
export class DefinitionViews {
  #wanted: Definitions | undefined;
  #running = false;

  constructor(private readonly clickhouse: ClickHouseClient, private readonly logger: Logger, private readonly closing: AbortSignal) {}

  renew(definitions: Definitions): void {
    this.#wanted = definitions;
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#wanted && !this.closing.aborted) {
      const definitions = this.#wanted;
      this.#wanted = undefined;
      await untilDone('views for analysts', this.logger, async () => {
        if (!this.#wanted) await this.#create(definitions);
      }, this.closing).catch((error: unknown) => {
        if (!this.closing.aborted) this.logger.error({ error: errorText(error) }, 'analysts have no current views segments.members_at and traits_at');
      });
    }
    this.#running = false;
  }

  /** Rejects with RetryableError until customer.identities exists. */
  async #create(definitions: Definitions): Promise<void> {
    const source = { activities: CURRENT_ACTIVITIES };
    const views = { members_at: compileMembersSql(definitions, source)(), traits_at: compileTraitsSql(definitions, source) };
    for (const [name, query] of Object.entries(views)) {
      try {
        await this.clickhouse.command({ query: `CREATE OR REPLACE VIEW segments.${name} AS ${query}` });
      } catch (error) {
        throw clickhouseError(error, `creating segments.${name}`);
      }
    }
  }
}
