// Size, sample and cost of segments that are not saved, computed in ClickHouse over everything that it has.
import { clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import { IntakeError } from '@tideway/intake';
import type { z } from 'zod';
import { compileMembersSql, type Definitions } from '../evaluate/index.js';
import type { Preview } from './answers.js';
import { READ_ONLY } from './members-reader.js';

const SAMPLE = 20;
const MAX_SECONDS = 10;
/** The join's right side is small: a plain hash spares the left side from being shared out by keys. */
const SETTINGS = { ...READ_ONLY, max_execution_time: MAX_SECONDS, max_memory_usage: '1500000000', join_algorithm: 'hash' } as const;

/** What a query may cost is used up: time, memory, or the planner's estimate of time. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const TOO_COSTLY = new Set(['159', '160', '241', '307']);

/**
 * Activities with the profile that they belong to now, as CURRENT_ACTIVITIES, but by what segments itself has merged:
 * identifiers, which are long texts, are not looked at. Rows of a profile that was merged away become its winner's; a
 * winner that was merged away itself is in the last winner's aliases too. States that ClickHouse has not replaced yet
 * do no harm: aliases only grow.
 */
export const MERGED_ACTIVITIES = `(
    SELECT a.* REPLACE (if(m.alias = toUUID('00000000-0000-0000-0000-000000000000'), a.profile_id, m.winner) AS profile_id)
    FROM segments.activities AS a
    LEFT ANY JOIN (
      SELECT DISTINCT toUUID(arrayJoin(aliases)) AS alias, profile_id AS winner FROM segments.state_v1
      WHERE notEmpty(aliases) AND profile_id NOT IN (SELECT toUUID(arrayJoin(aliases)) FROM segments.state_v1)
    ) AS m ON m.alias = a.profile_id
  )`;

/** Who would be members now. Throws IntakeError 422 where it costs more than a preview may; rejects with RetryableError in an outage. */
export async function previewed(clickhouse: ClickHouseClient, definitions: Definitions, signal: AbortSignal): Promise<z.infer<typeof Preview>> {
  const as_of = Date.now();
  const members = compileMembersSql(definitions, { activities: MERGED_ACTIVITIES })();
  const query = `SELECT segment, count() AS size, groupArraySample(${SAMPLE}, 1)(profile_id) AS sample FROM (${members}) GROUP BY segment`;
  try {
    const result = await clickhouse.query({ query, query_params: { now: as_of }, format: 'JSON', abort_signal: signal, clickhouse_settings: SETTINGS });
    const { data, statistics } = await result.json<{ segment: string; size: number; sample: string[] }>();
    const found = new Map(data.map((row) => [row.segment, row]));
    return {
      as_of,
      segments: definitions.segments.map(({ name }) => ({ segment: name, size: Number(found.get(name)?.size ?? 0), sample: found.get(name)?.sample ?? [] })),
      cost: { rows_read: statistics?.rows_read ?? 0, bytes_read: statistics?.bytes_read ?? 0, ms: Date.now() - as_of },
    };
  } catch (error) {
    if (TOO_COSTLY.has((error as { code?: string }).code ?? '')) {
      throw new IntakeError(422, { code: 'too_costly', field: '', message: `the preview took more than ${MAX_SECONDS} s or 1.5 GB: name fewer types or shorter windows in its traits, or split it; a backfill would cost as much` });
    }
    throw clickhouseError(error, 'previewing a definition');
  }
}
