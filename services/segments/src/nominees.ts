// Whom changed definitions may concern, asked of ClickHouse once for all partitions that this process has.
import { clickhouseError, withinPatience, type ClickHouseClient } from '@tideway/clickhouse';
import { backoffMs, errorText, sleep, type Logger } from '@tideway/service';
import type { Compiled } from './compiled.js';
import { compileNomineesSql } from './evaluate/index.js';

export interface Nominees {
  /** profile_ids of those who are in one of the segments. */
  members: string[];
  /** Of those who may come to be, or cease to be, by time alone. */
  pending: string[];
}

interface Question {
  compiled: Compiled;
  changed: Set<string>;
  answer: Promise<Nominees>;
}

/**
 * In the order of the table ClickHouse would hold a block of every part at once, of which a table that takes in much has
 * many; by hash it holds a state of every profile, and goes on on disk where these are too many.
 */
const SETTINGS = { optimize_aggregation_in_order: 0, max_bytes_before_external_group_by: '1000000000' } as const;

/** Partitions change over within a turn of each other: so long (ms), they gather. */
const GATHER_MS = 250;

export class NomineeSource {
  #question: Question | undefined;

  constructor(private readonly clickhouse: ClickHouseClient, private readonly table: string, private readonly logger: Logger, private readonly closing: AbortSignal) {}

  /** Rows that are in ClickHouse when it is called are taken into account. Waits through outages. */
  ask(compiled: Compiled, changed: readonly string[]): Promise<Nominees> {
    if (changed.length === 0) return Promise.resolve({ members: [], pending: [] });
    const open = this.#question;
    if (open?.compiled === compiled) {
      for (const name of changed) open.changed.add(name);
      return open.answer;
    }
    const question: Question = { compiled, changed: new Set(changed), answer: Promise.resolve({ members: [], pending: [] }) };
    question.answer = this.#answer(question);
    this.#question = question;
    return question.answer;
  }

  async #answer(question: Question): Promise<Nominees> {
    await sleep(GATHER_MS);
    // Who asks from here on waits for the next: rows may have come in between.
    if (this.#question === question) this.#question = undefined;
    for (let attempt = 0; !this.closing.aborted; attempt += 1) {
      try {
        return await this.#query(question);
      } catch (error) {
        this.logger.warn({ error: errorText(error) }, 'changed segments wait for ClickHouse');
        await sleep(backoffMs(attempt));
      }
    }
    return { members: [], pending: [] };
  }

  async #query({ compiled, changed }: Question): Promise<Nominees> {
    const now = Date.now();
    const query = compileNomineesSql(compiled.definitions, changed, now, { activities: this.table });
    const nominees: Nominees = { members: [], pending: [] };
    try {
      await withinPatience(this.clickhouse, 'asking for profiles that changed segments concern', async (signal) => {
        const result = await this.clickhouse.query({ query, query_params: { now }, format: 'JSONCompactEachRow', abort_signal: signal, clickhouse_settings: SETTINGS });
        for await (const rows of result.stream<[string, number]>()) {
          for (const row of rows) {
            const [profileId, member] = row.json();
            (member ? nominees.members : nominees.pending).push(profileId);
          }
        }
      });
    } catch (error) {
      throw clickhouseError(error, 'asking for profiles that changed segments concern');
    }
    return nominees;
  }
}
