// Size, sample and cost of segments that are not saved, computed in ClickHouse over everything that it has.
import { clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import { IntakeError } from '@tideway/intake';
import type { z } from 'zod';
import { compileBoundariesSql, compileMembersSql, RANKS_TABLE, type Definitions, type Rank } from '../evaluate/index.js';
import type { Preview } from './answers.js';
import { READ_ONLY } from './members-reader.js';

const SAMPLE = 20;
const MAX_SECONDS = 10;
/** The join's right side is small: a plain hash spares the left side from being shared out by keys. */
const SETTINGS = { ...READ_ONLY, max_execution_time: MAX_SECONDS, max_memory_usage: '1500000000', join_algorithm: 'hash' } as const;

/** What a query may cost is used up: time, memory, or the planner's estimate of time. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const TOO_COSTLY = new Set(['159', '160', '241', '307']);

const NOBODY = "toUUID('00000000-0000-0000-0000-000000000000')";
/** Of their rows not all are one profile's. */
const SPLIT = 'SELECT toUUID(arrayJoin(shares.profile_id)) FROM segments.state_v1 WHERE notEmpty(shares)';
const DELETED = 'SELECT profile_id FROM segments.state_v1 WHERE _deleted = 1';

/**
 * Activities with the profile that they belong to now, as CURRENT_ACTIVITIES, but by what segments itself has merged:
 * identifiers, which are long texts, are not looked at. Rows of a profile that was merged away become its winner's; a
 * winner that was merged away itself is in the last winner's aliases too. States that ClickHouse has not replaced yet
 * do no harm: aliases only grow. Profiles whose state was deleted, and that are nobody's alias, are of people who were erased.
 * Rows of profiles that were split are few, and told apart by their identifiers.
 */
export const MERGED_ACTIVITIES = `(
    SELECT a.* REPLACE (if(m.alias = ${NOBODY}, a.profile_id, m.winner) AS profile_id)
    FROM segments.activities AS a
    LEFT ANY JOIN (
      SELECT alias, max(profile) AS winner FROM (
        SELECT toUUID(arrayJoin(aliases)) AS alias, profile_id AS profile FROM segments.state_v1
        WHERE notEmpty(aliases) AND profile_id NOT IN (SELECT toUUID(arrayJoin(aliases)) FROM segments.state_v1) AND profile_id NOT IN (${DELETED})
        UNION ALL SELECT profile_id AS alias, ${NOBODY} AS profile FROM (${DELETED})
      ) GROUP BY alias
    ) AS m ON m.alias = a.profile_id
    WHERE (m.alias = ${NOBODY} OR m.winner != ${NOBODY}) AND a.profile_id NOT IN (${SPLIT})
    UNION ALL SELECT a.* REPLACE (i.profile_id AS profile_id)
    FROM segments.activities AS a
    INNER JOIN (
      SELECT identifier, profile_id FROM customer.identities
      WHERE identifier IN (SELECT identifier FROM segments.activities WHERE profile_id IN (${SPLIT})) AND cause != 'erasure'
    ) AS i ON i.identifier = a.identifier
    WHERE a.profile_id IN (${SPLIT})
  )`;

/** Who would be members now. Throws IntakeError 422 where it costs more than a preview may; rejects with RetryableError in an outage. */
export async function previewed(clickhouse: ClickHouseClient, definitions: Definitions, signal: AbortSignal): Promise<z.infer<typeof Preview>> {
  const as_of = Date.now();
  const ask = async <T>(query: string, query_params: Record<string, unknown> = {}) => (await clickhouse.query({ query, query_params: { now: as_of, ...query_params }, format: 'JSON', abort_signal: signal, clickhouse_settings: SETTINGS })).json<T>();
  try {
    const worked = await assumeBoundaries(definitions, ask);
    const { data, statistics } = await ask<{ segment: string; size: number; sample: string[] }>(sizesSql(definitions));
    const found = new Map(data.map((row) => [row.segment, row]));
    const read = [...worked, statistics];
    return {
      as_of,
      segments: definitions.segments.map(({ name }) => ({ segment: name, size: Number(found.get(name)?.size ?? 0), sample: found.get(name)?.sample ?? [] })),
      cost: { rows_read: sum(read.map((one) => one?.rows_read)), bytes_read: sum(read.map((one) => one?.bytes_read)), ms: Date.now() - as_of },
    };
  } catch (error) {
    if (TOO_COSTLY.has((error as { code?: string }).code ?? '')) {
      throw new IntakeError(422, { code: 'too_costly', field: '', message: `the preview took more than ${MAX_SECONDS} s or 1.5 GB: name fewer types or shorter windows in its traits, or split it; a backfill would cost as much` });
    }
    throw clickhouseError(error, 'previewing a definition');
  }
}

function sizesSql(definitions: Definitions): string {
  const members = compileMembersSql(definitions, { activities: MERGED_ACTIVITIES })();
  return `SELECT segment, count() AS size, groupArraySample(${SAMPLE}, 1)(profile_id) AS sample FROM (${members}) GROUP BY segment`;
}

type Statistics = { rows_read: number; bytes_read: number } | undefined;
type Ask = <T>(query: string, query_params?: Record<string, unknown>) => Promise<{ data: T[]; statistics?: Statistics }>;

/** Of scores that are not in force, boundaries stand nowhere: they are worked out as they would be. Gives what was read for it. */
async function assumeBoundaries({ segments }: Definitions, ask: Ask): Promise<Statistics[]> {
  const ranks = [...new Set<Rank>(segments.flatMap(({ condition }) => condition.ranks ?? []))];
  if (ranks.length === 0) return [];
  const { data } = await ask<{ rank: string }>(`SELECT DISTINCT rank FROM ${RANKS_TABLE} WHERE rank IN {ids:Array(String)} AND effective_at <= fromUnixTimestamp64Milli({now:Int64})`, { ids: ranks.map(({ id }) => id) });
  const read: Statistics[] = [];
  for (const rank of ranks.filter(({ id }) => !data.some((row) => row.rank === id))) {
    // Int64 is quoted in JSON, or not, by a setting.
    const worked = await ask<{ boundaries: (string | number)[]; people: string | number }>(compileBoundariesSql(rank, { activities: MERGED_ACTIVITIES }));
    const [row] = worked.data;
    rank.assume(Number(row?.people ?? 0) === 0 ? [] : row!.boundaries.map(Number));
    read.push(worked.statistics);
  }
  return read;
}

const sum = (numbers: (number | undefined)[]) => numbers.reduce<number>((total, one) => total + (one ?? 0), 0);
