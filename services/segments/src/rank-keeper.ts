// Works ranks out in ClickHouse at their fixed times, and learns what others have worked out.
import { ENDS_WITH_CLIENT, clickhouseError, withinPatience, type ClickHouseClient } from '@tideway/clickhouse';
import { errorText, sleep, type Logger, type Loop } from '@tideway/service';
import { compileBoundariesSql, RANKS_TABLE, type Boundaries, type Rank } from './evaluate/index.js';
import type { LiveDefinitions } from './live-definitions.js';
import { CURRENT_ACTIVITIES } from './views.js';

const POLL_MS = 5_000;
/** Boundaries are worked out so long (ms) before they hold: every instance has learnt them by then. */
const AHEAD_MS = 60_000;
/** The first ones of a rank hold as soon as every instance can know them. */
const FIRST_AHEAD_MS = 2 * POLL_MS;
/** Those that are kept in memory of each rank: the one that holds, the next one, and one for evaluations of a moment ago. */
const KEPT = 3;

interface Row {
  rank: string;
  at: string;
  boundaries: string[];
}

export class RankKeeper implements Loop {
  readonly name = 'ranks';
  #running: Promise<void> | undefined;
  #stopped = new AbortController();
  #known = new Map<string, Boundaries[]>();

  constructor(private readonly clickhouse: ClickHouseClient, private readonly definitions: LiveDefinitions, private readonly logger: Logger) {
    // At once, before anybody evaluates by them.
    definitions.onChange(() => this.#teach());
  }

  /** Reads what there is; rejects with RetryableError in an outage. The table has to be there. */
  async prepare(): Promise<void> {
    await this.#learn();
  }

  async start(): Promise<void> {
    this.#stopped = new AbortController();
    this.#running = this.#run(this.#stopped.signal);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      try {
        if (this.#ranks.length > 0) {
          if (await this.#learn()) this.definitions.touch();
          for (const rank of this.#ranks) if (!stopped.aborted) await this.#workOut(rank);
        }
      } catch (error) {
        this.logger.warn({ error: errorText(error) }, 'ranks are late; trying again');
      }
      await Promise.race([sleep(POLL_MS), new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))]);
    }
  }

  get #ranks(): readonly Rank[] {
    return this.definitions.compiled.definitions.ranks;
  }

  #teach(): void {
    for (const rank of this.#ranks) rank.learn(this.#known.get(rank.id) ?? []);
  }

  /** Whether there was anything new. */
  async #learn(): Promise<boolean> {
    const query = `SELECT rank, toString(toUnixTimestamp64Milli(effective_at)) AS at, arrayMap(value -> toString(value), min(boundaries)) AS boundaries FROM ${RANKS_TABLE} GROUP BY rank, effective_at ORDER BY effective_at DESC LIMIT ${KEPT} BY rank`;
    let rows: Row[];
    try {
      rows = await withinPatience(this.clickhouse, 'reading ranks', async (marks) => (await this.clickhouse.query({ query, format: 'JSONEachRow', ...marks, clickhouse_settings: ENDS_WITH_CLIENT })).json<Row>());
    } catch (error) {
      throw clickhouseError(error, 'reading ranks');
    }
    const before = JSON.stringify([...this.#known]);
    this.#known = new Map();
    for (const { rank, at, boundaries } of rows) {
      const known = this.#known.get(rank) ?? [];
      this.#known.set(rank, [...known, { effectiveAt: Number(at), values: boundaries.map(Number) }]);
    }
    if (JSON.stringify([...this.#known]) === before) return false;
    this.#teach();
    return true;
  }

  /** Works a rank out where its time has come. Two instances may do so: the first one's insert counts, by its token. */
  async #workOut(rank: Rank): Promise<void> {
    const now = Date.now();
    const latest = Math.max(0, ...(this.#known.get(rank.id) ?? []).map(({ effectiveAt }) => effectiveAt));
    const slot = Math.floor((now + AHEAD_MS) / rank.everyMs) * rank.everyMs;
    if (latest >= slot) return;
    const effectiveAt = Math.max(slot, now + FIRST_AHEAD_MS);
    const query = `INSERT INTO ${RANKS_TABLE} (rank, effective_at, boundaries, people) SELECT {rank:String}, fromUnixTimestamp64Milli({effectiveAt:Int64}), boundaries, people FROM (${compileBoundariesSql(rank, { activities: CURRENT_ACTIVITIES })}) WHERE people > 0`;
    try {
      await withinPatience(this.clickhouse, 'working ranks out', (marks) => this.clickhouse.command({
        query,
        query_params: { rank: rank.id, effectiveAt, now },
        // The times of two instances differ, and the slot does not.
        clickhouse_settings: { insert_deduplication_token: `${rank.id}/${slot}`, insert_deduplicate: 1 },
        ...marks,
      }));
    } catch (error) {
      throw clickhouseError(error, `working out the rank of ${rank.trait.name}`);
    }
  }
}
