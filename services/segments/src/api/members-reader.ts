// Reads from ClickHouse who is in which segment now, and what a person did: rows are there about a second after the evaluation.
import { ENDS_WITH_CLIENT, clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import { rowReader, type Activity } from '../evaluate/index.js';

/** A membership of now; `since` in ms. */
export interface Membership {
  segment: string;
  version: number;
  since: number;
}

export interface Member {
  profile_id: string;
  /** Milliseconds. */
  since: number;
}

/** A profile as it is now, with the ids of those that were merged into it, or that it was split from. */
export interface Person {
  profileId: string;
  aliases: string[];
}

/**
 * Of every query of the API. It only reads, whatever a definition says: ClickHouse refuses all else.
 */
export const READ_ONLY = { ...ENDS_WITH_CLIENT, max_execution_time: 30, max_memory_usage: '1000000000' } as const;

/** All sizes are one pass over all states: whoever asks within this time (ms) of an answer is given the same. */
const SIZES_HOLD_MS = 1_000;

export class MembersReader {
  #sizes: Promise<Map<string, number>> | undefined;

  constructor(private readonly clickhouse: ClickHouseClient) {}

  /** Members by segment; a segment without any is not in it. Rejects with RetryableError, as all here. */
  sizes(): Promise<Map<string, number>> {
    this.#sizes ??= this.#countAll().finally(() => setTimeout(() => (this.#sizes = undefined), SIZES_HOLD_MS).unref());
    return this.#sizes;
  }

  async #countAll(): Promise<Map<string, number>> {
    const rows = await this.#rows<{ segment: string; size: number }>('sizes of segments', 'SELECT segment, count() AS size FROM segments.members GROUP BY segment');
    return new Map(rows.map(({ segment, size }) => [segment, Number(size)]));
  }

  async size(segment: string): Promise<number> {
    const [row] = await this.#rows<{ size: number }>('the size of a segment', 'SELECT count() AS size FROM segments.members WHERE segment = {segment:String}', { segment });
    return Number(row!.size);
  }

  /** Any members, the same ones each time while they are in it. */
  async sample(segment: string, limit: number): Promise<Member[]> {
    return this.#rows<Member>('members of a segment', `SELECT profile_id, toUnixTimestamp64Milli(m.since) AS since FROM segments.members AS m
      WHERE segment = {segment:String} ORDER BY sipHash64(profile_id) LIMIT {limit:UInt32}`, { segment, limit });
  }

  async membershipsOf({ profileId }: Person): Promise<Membership[]> {
    return this.#rows<Membership>('memberships of a profile', `SELECT segment, segment_version AS version, toUnixTimestamp64Milli(m.since) AS since FROM segments.members AS m
      WHERE profile_id = {profileId:UUID} ORDER BY segment`, { profileId });
  }

  /** Whose an identifier (`type:value`, normalised) is now; undefined where nobody has it. */
  async personOf(identifier: string): Promise<Person | undefined> {
    const [row] = await this.#rows<{ profile_id: string }>('an identifier', "SELECT profile_id FROM customer.identities WHERE identifier = {identifier:String} AND cause != 'erasure'", { identifier });
    return row && this.#withAliases(row.profile_id);
  }

  /** The profile of this id, or the one that it was merged into (any of several, where it was split before that); undefined where there is none. */
  async profile(profileId: string): Promise<Person | undefined> {
    const [row] = await this.#rows<{ profile_id: string }>('a profile', `SELECT DISTINCT profile_id FROM customer.identities
      WHERE identifier IN (
        SELECT identifier FROM segments.activities
        WHERE profile_id = {profileId:UUID} OR profile_id IN (SELECT toUUID(arrayJoin(shares.profile_id)) FROM segments.state WHERE profile_id = {profileId:UUID})
      ) AND cause != 'erasure'
      ORDER BY profile_id = {profileId:UUID} DESC, profile_id LIMIT 1`, { profileId });
    return row && this.#withAliases(row.profile_id);
  }

  async #withAliases(profileId: string): Promise<Person> {
    const [row] = await this.#rows<{ aliases: string[] }>('a profile', 'SELECT arrayDistinct(arrayConcat(aliases, shares.profile_id)) AS aliases FROM segments.state WHERE profile_id = {profileId:UUID}', { profileId });
    return { profileId, aliases: row?.aliases ?? [] };
  }

  /** Everything that the person did, by the identifiers that are theirs now; of each activity the given columns. */
  async historyOf({ profileId, aliases }: Person, columns: readonly string[]): Promise<Activity[]> {
    const reader = rowReader(columns);
    // Both tables are read by their keys: profiles of activities, identifiers of identities.
    const rows = await this.#rows<unknown[]>('activities of a profile', `WITH identifiers AS (
        SELECT identifier FROM customer.identities
        WHERE identifier IN (SELECT identifier FROM segments.activities WHERE profile_id IN {ids:Array(UUID)}) AND profile_id = {profileId:UUID}
      )
      SELECT ${reader.sql} FROM segments.activities
      WHERE profile_id IN {ids:Array(UUID)} AND identifier IN identifiers`, { ids: [profileId, ...aliases], profileId }, 'JSONCompactEachRow');
    return rows.map((row) => ({ ...reader.read(row), profile_id: profileId }));
  }

  async #rows<T>(what: string, query: string, query_params: Record<string, unknown> = {}, format: 'JSONEachRow' | 'JSONCompactEachRow' = 'JSONEachRow'): Promise<T[]> {
    try {
      return await (await this.clickhouse.query({ query, query_params, format, clickhouse_settings: READ_ONLY })).json<T>();
    } catch (error) {
      throw clickhouseError(error, `reading ${what}`);
    }
  }
}
