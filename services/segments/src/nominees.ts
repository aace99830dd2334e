// Whom changed definitions may concern, asked of ClickHouse once for all partitions that this process has, piece by piece.
import { setImmediate } from 'node:timers/promises';
import { ENDS_WITH_CLIENT, clickhouseError, withinPatience, type ClickHouseClient } from '@tideway/clickhouse';
import { backoffMs, errorText, sleep, type Logger } from '@tideway/service';
import type { Compiled } from './compiled.js';
import { compileNomineesSql } from './evaluate/index.js';

/** A profile_id, and the segments of those that were asked for that it is in. */
type Person = [profileId: string, members: readonly string[]];

/** Of a range of profiles some of those whom the segments concern, in the order of the table. */
export interface Nominees {
  /** The time (ms) as of which this is. */
  at: number;
  /** Each once; in none of the segments where time alone may change that. */
  people: Iterable<Person>;
}

/** Who asks. */
export interface Asker {
  found(nominees: Nominees): void;
  /** Whether the answer still matters. */
  waits(): boolean;
}

interface Question {
  compiled: Compiled;
  changed: Set<string>;
  waiting: Waiting[];
}

interface Waiting {
  asker: Asker;
  /** Ranges that it has not been told of; undefined until it is known how many there are. */
  left?: number;
  done(): void;
}

/** Profiles from `from` on, and before `until`, in the order of the table; undefined for no bound. */
interface Range {
  from?: string;
  until?: string;
}

/**
 * In the order of the table ClickHouse would hold a block of every part at once, of which a table that takes in much has
 * many; by hash it holds a state of every profile, and goes on on disk where these are too many.
 */
const SETTINGS = { optimize_aggregation_in_order: 0, max_bytes_before_external_group_by: '1000000000' } as const;

/** Partitions change over within a turn of each other: so long (ms), they gather. */
const GATHER_MS = 250;
/** Of one query about so many segments: it takes seconds at most, and the first people enter while others are asked for. */
const ROWS_PER_QUERY = 2_000_000;
const SEGMENTS_PER_ROWS = 25;
/** People whom partitions are told of before others have their turn: each looks whether they are its own. */
const TOLD_AT_ONCE = 1_000;
/** Profiles that bounds between queries are chosen from. */
const SAMPLE = 1_000;

export class NomineeSource {
  #question: Question | undefined;

  constructor(private readonly clickhouse: ClickHouseClient, private readonly table: string, private readonly logger: Logger, private readonly closing: AbortSignal, private readonly rowsPerQuery = ROWS_PER_QUERY) {}

  /**
   * Gives the asker everybody whom `changed` segments concern, and perhaps others; resolves when that is all, or does not
   * matter any more. Rows that are in ClickHouse when it is called are taken into account. Waits through outages.
   */
  async ask(compiled: Compiled, changed: readonly string[], asker: Asker): Promise<void> {
    if (changed.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const open = this.#question?.compiled === compiled ? this.#question : undefined;
    const question = open ?? { compiled, changed: new Set<string>(), waiting: [] };
    for (const name of changed) question.changed.add(name);
    question.waiting.push({ asker, done: resolve });
    if (!open) {
      this.#question = question;
      void this.#answer(question);
    }
    await promise;
  }

  /** Range by range, round and round: who comes later is told of those that it has missed. */
  async #answer(question: Question): Promise<void> {
    await sleep(GATHER_MS);
    let ranges: Range[] = [];
    for (let turn = 0; this.#isWanted(question);) {
      if (ranges.length === 0) {
        ranges = await this.#insist(question, () => this.#ranges(question.changed.size)) ?? [];
        continue;
      }
      // Rows of who comes while it is asked may be missing in the answer.
      const told = [...question.waiting];
      const nominees = await this.#insist(question, () => this.#query(question, ranges[turn % ranges.length]!));
      if (!nominees) continue;
      turn += 1;
      await this.#tell(told, nominees);
      for (const one of told) {
        one.left = (one.left ?? ranges.length) - 1;
        if (one.left === 0) one.done();
      }
      question.waiting = question.waiting.filter(({ left }) => left !== 0);
    }
    if (this.#question === question) this.#question = undefined;
    for (const { done } of question.waiting) done();
  }

  async #tell(askers: readonly Waiting[], { at, people }: Nominees & { people: readonly Person[] }): Promise<void> {
    for (let from = 0; from < people.length; from += TOLD_AT_ONCE) {
      const some = { at, people: people.slice(from, from + TOLD_AT_ONCE) };
      for (const { asker } of askers) asker.found(some);
      await setImmediate();
    }
  }

  #isWanted({ waiting }: Question): boolean {
    return !this.closing.aborted && waiting.some(({ asker }) => asker.waits());
  }

  /** Undefined where nobody waits for it any more. */
  async #insist<T>(question: Question, request: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; this.#isWanted(question); attempt += 1) {
      try {
        return await request();
      } catch (error) {
        this.logger.warn({ error: errorText(error) }, 'changed segments wait for ClickHouse');
        await sleep(backoffMs(attempt));
      }
    }
    return undefined;
  }

  /** Ranges of about as many rows each, which are all profiles together. */
  async #ranges(segments: number): Promise<Range[]> {
    const query = `SELECT count(), arraySort(groupArraySample(${SAMPLE})(profile_id)) FROM ${this.table}`;
    const [[rows, sample]] = await this.#rows<[string, string[]]>('asking how many activities there are', query, {}) as [[string, string[]]];
    const pieces = Math.max(1, Math.ceil((Number(rows) * Math.ceil(segments / SEGMENTS_PER_ROWS)) / this.rowsPerQuery));
    const bounds = [...new Set(Array.from({ length: pieces - 1 }, (_, i) => sample[Math.floor(((i + 1) * sample.length) / pieces)]!))];
    return [...bounds, undefined].map((until, i) => ({ ...(i > 0 && { from: bounds[i - 1]! }), ...(until !== undefined && { until }) }));
  }

  async #query({ compiled, changed }: Question, range: Range): Promise<Nominees & { people: readonly Person[] }> {
    const at = Date.now();
    const names = [...changed];
    const bounds = [...(range.from === undefined ? [] : ['profile_id >= {from:UUID}']), ...(range.until === undefined ? [] : ['profile_id < {until:UUID}'])];
    const activities = bounds.length === 0 ? this.table : `(SELECT * FROM ${this.table} WHERE ${bounds.join(' AND ')})`;
    const rows = await this.#rows<[string, number[]]>('asking for profiles that changed segments concern', compileNomineesSql(compiled.definitions, names, at, { activities }), { now: at, ...range });
    // Many are in the same segments: they share a list.
    const lists = new Map<string, readonly string[]>();
    const listOf = (places: number[]) => {
      const key = places.join();
      const known = lists.get(key);
      if (known) return known;
      const list = places.map((place) => names[place]!);
      lists.set(key, list);
      return list;
    };
    return { at, people: rows.map(([profileId, places]) => [profileId, listOf(places)]) };
  }

  async #rows<T extends unknown[]>(what: string, query: string, params: Record<string, unknown>): Promise<T[]> {
    try {
      return await withinPatience(this.clickhouse, what, async (marks) => {
        const result = await this.clickhouse.query({ query, query_params: params, format: 'JSONCompactEachRow', ...marks, clickhouse_settings: { ...SETTINGS, ...ENDS_WITH_CLIENT } });
        const found: T[] = [];
        for await (const rows of result.stream<T>()) for (const row of rows) found.push(row.json<T>());
        return found;
      });
    } catch (error) {
      throw clickhouseError(error, what);
    }
  }
}
