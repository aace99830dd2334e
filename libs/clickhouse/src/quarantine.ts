// Reads quarantine: entries with their state, counts by code, and one entry with its bytes.
import { clickhouseError, type ClickHouseClient } from './client.js';

/** What entries are chosen by; what is absent does not count. */
export interface QuarantineFilter {
  code?: string;
  source?: string;
  product?: string;
  service?: string;
  stage?: string;
  /** `open`, `refused` (replayed, and refused again) or `replayed`. */
  state?: string;
  /** Milliseconds, of when entries were refused; `until` is not in it. */
  since?: number;
  until?: number;
}

/** An entry without its bytes. Times are milliseconds. */
export interface QuarantineEntry {
  event_id: string;
  first_id: string;
  occurred_at: number;
  service: string;
  stage: string;
  code: string;
  field: string | null;
  reason: string;
  product: string | null;
  source: string | null;
  origin: string | null;
  original_bytes: number | null;
  state: 'open' | 'refused' | 'replayed';
  /** Replays of the entry and of the others of its chain. */
  replays: number;
  replayed_at: number | null;
  replayed_by: string;
  replay_code: string;
  event_ids: string[];
}

/** An entry as a replay takes it. `original` is base64. */
export interface QuarantineOriginal extends QuarantineEntry {
  original: string;
  context: string | null;
  replay_of: string | null;
}

export interface QuarantineCount {
  service: string;
  stage: string;
  code: string;
  product: string | null;
  source: string | null;
  entries: number;
  open: number;
  replayed: number;
  first_at: number;
  last_at: number;
}

const COLUMNS = `event_id, first_id, toUnixTimestamp64Milli(occurred_at) AS refused_at, service, stage, code, field, reason, product, source, origin,
  original_bytes, state, replays, toUnixTimestamp64Milli(replayed_at) AS replayed_ms, replayed_by, replay_code, event_ids`;

type Row<T> = Omit<T, 'occurred_at' | 'replayed_at'> & { refused_at: number; replayed_ms: number | null };

export class QuarantineReader {
  constructor(private readonly clickhouse: ClickHouseClient) {}

  /** Entries, the newest first unless `oldestFirst`. Rejects with RetryableError while ClickHouse is away. */
  async list(filter: QuarantineFilter, limit: number, oldestFirst = false): Promise<QuarantineEntry[]> {
    const { where, params } = condition(filter);
    const rows = await this.#rows<Row<QuarantineEntry>>(`SELECT ${COLUMNS} FROM operations.quarantine_entries ${where} ORDER BY occurred_at ${oldestFirst ? 'ASC' : 'DESC'}, event_id LIMIT {limit:UInt32}`, { ...params, limit });
    return rows.map(timed);
  }

  /** Numbers of entries by who refused them, code, product and source, the most first. Rejects as list(). */
  async count(filter: QuarantineFilter): Promise<QuarantineCount[]> {
    const { where, params } = condition(filter);
    return this.#rows<QuarantineCount>(`SELECT service, stage, code, product, source, count() AS entries, countIf(state != 'replayed') AS open, countIf(state = 'replayed') AS replayed,
      toUnixTimestamp64Milli(min(occurred_at)) AS first_at, toUnixTimestamp64Milli(max(occurred_at)) AS last_at
      FROM operations.quarantine_entries ${where} GROUP BY service, stage, code, product, source ORDER BY entries DESC, code, source LIMIT 1000`, params);
  }

  /** One entry with its bytes, for users who may read them; undefined where there is none of this id. Rejects as list(). */
  async show(id: string): Promise<QuarantineOriginal | undefined> {
    const params = { id };
    const [entry] = await this.#rows<Row<QuarantineEntry>>(`SELECT ${COLUMNS} FROM operations.quarantine_entries WHERE event_id = {id:UUID}`, params);
    if (!entry) return undefined;
    const [kept] = await this.#rows<Pick<QuarantineOriginal, 'original' | 'context' | 'replay_of'>>('SELECT base64Encode(original) AS original, context, replay_of FROM operations.quarantine WHERE event_id = {id:UUID}', params);
    return kept && { ...timed(entry), ...kept };
  }

  async #rows<T>(query: string, query_params: Record<string, unknown>): Promise<T[]> {
    try {
      return await (await this.clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
    } catch (error) {
      throw clickhouseError(error, 'reading quarantine');
    }
  }
}

function timed({ refused_at, replayed_ms, ...row }: Row<QuarantineEntry>): QuarantineEntry {
  return { ...row, occurred_at: Number(refused_at), replayed_at: replayed_ms === null ? null : Number(replayed_ms) };
}

function condition({ since, until, ...equal }: QuarantineFilter): { where: string; params: Record<string, unknown> } {
  const columns = Object.entries(equal).filter(([, value]) => value !== undefined);
  const parts = [
    ...columns.map(([name]) => `${name} = {${name}:String}`),
    ...(since === undefined ? [] : ['occurred_at >= fromUnixTimestamp64Milli({since:Int64})']),
    ...(until === undefined ? [] : ['occurred_at < fromUnixTimestamp64Milli({until:Int64})']),
  ];
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, params: { ...equal, ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) } };
}
