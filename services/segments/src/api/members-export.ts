// All members of a segment with their identifiers, row by row as ClickHouse finds them; the query ends with who reads it.
import { clickhouseError, type ClickHouseClient } from '@tideway/clickhouse';
import type { ExportedMember } from './export-format.js';
import { READ_ONLY } from './members-reader.js';

/** An export may take as long as its reader does; one that does not read is cut off by the client's time limit. */
const SETTINGS = {
  ...READ_ONLY, max_execution_time: 3_600, max_memory_usage: '2000000000',
  // Rows come as they are found; the client's default would hold the answer back until it is whole.
  wait_end_of_query: 0,
} as const;

type Row = [profileId: string, since: number, ...identifiers: string[][]];

/**
 * Batches of members of `segment`, with their identifiers of `types`. Rejects with RetryableError before the first batch,
 * or in the midst: then what came is not everything.
 */
export async function* exportedMembers(clickhouse: ClickHouseClient, segment: string, types: readonly string[], signal: AbortSignal): AsyncGenerator<ExportedMember[]> {
  const ask = () => clickhouse.query({
    query: exportSql(types.length), format: 'JSONCompactEachRow', abort_signal: signal, clickhouse_settings: SETTINGS,
    query_params: { segment, ...Object.fromEntries(types.map((type, index) => [`type${index}`, `${type}:`])) },
  });
  let result: Awaited<ReturnType<typeof ask>> | undefined;
  // Once an answer has begun, the client no longer heeds the signal.
  const close = () => result?.close();
  try {
    result = await ask();
    signal.addEventListener('abort', close);
    for await (const rows of result.stream<Row>()) {
      yield rows.map((row) => {
        const [profile_id, since, ...values] = row.json();
        return { profile_id, since: Number(since), identifiers: Object.fromEntries(types.map((type, index) => [type, values[index]!])) };
      });
    }
  } catch (error) {
    throw clickhouseError(error, `exporting members of ${segment}`);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function exportSql(types: number): string {
  const indexes = Array.from({ length: types }, (_, index) => index);
  const members = 'SELECT profile_id, toUnixTimestamp64Milli(m.since) AS since FROM segments.members AS m WHERE segment = {segment:String}';
  if (types === 0) return members;
  const starts = (index: number) => `startsWith(identifier, {type${index}:String})`;
  const values = indexes.map((index) => `arraySort(groupArrayIf(substring(identifier, length({type${index}:String}) + 1), ${starts(index)})) AS values${index}`);
  return `SELECT profile_id, since, ${indexes.map((index) => `values${index}`).join(', ')} FROM (${members}) AS members
    LEFT ANY JOIN (
      SELECT profile_id, ${values.join(', ')} FROM customer.identities
      WHERE (${indexes.map(starts).join(' OR ')}) AND profile_id IN (SELECT profile_id FROM (${members}))
      GROUP BY profile_id
    ) AS known USING (profile_id)`;
}
