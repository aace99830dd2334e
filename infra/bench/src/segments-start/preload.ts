// Profiles in bulk: records of segments.state.v1 as the service wrote them of a few people, and their rows in ClickHouse.
import { writeStates, type Evaluated } from '../segments/states.js';
import type { Bed } from './bed.js';
import { profileIdOf, profileIdSql } from './people.js';

/** Profiles that are as one that was evaluated. */
export interface Copies {
  of: Evaluated;
  /** Their numbers are from..to-1; `step` apart. */
  from: number;
  to: number;
  /** What happened to each is so many ms later than to the first: from `shift` on, evenly over `spreadMs`. */
  shift?: number;
  spreadMs?: number;
}

const PROFILES_PER_INSERT = 100_000;

/** How much later (ms) than its original a copy is, by its number. */
export function shiftOf({ from, to, shift = 0, spreadMs = 0 }: Copies, number: number): number {
  return shift + Math.floor(((number - from) * spreadMs) / (to - from));
}

/** Rejects where Kafka or ClickHouse does not take them. The same copies again change nothing. */
export async function preload(bed: Pick<Bed, 'clients'>, copies: Copies): Promise<void> {
  await Promise.all([publishStates(bed, copies), insertRows(bed, copies)]);
}

async function publishStates({ clients }: Pick<Bed, 'clients'>, copies: Copies): Promise<void> {
  const { of: { state, schemaId } } = copies;
  await writeStates(clients, schemaId, copies, (number) => ({
    ...state, profile_id: profileIdOf(number), next_timer_at: state.next_timer_at === null ? null : state.next_timer_at + shiftOf(copies, number),
  }));
}

async function insertRows({ clients: { clickhouse } }: Pick<Bed, 'clients'>, { of, from, to, shift = 0, spreadMs = 0 }: Copies): Promise<void> {
  const later = `toIntervalMillisecond({shift:Int64} + intDiv(toInt64(n - {from:UInt64}) * {spread:Int64}, {count:Int64}))`;
  const replaced = [
    `${profileIdSql('n')} AS profile_id`, `concat('user_id:', toString(${profileIdSql('n')})) AS identifier`, 'generateUUIDv4(n) AS activity_id', `occurred_at + ${later} AS occurred_at`,
  ];
  for (let first = from; first < to; first += PROFILES_PER_INSERT) {
    const until = Math.min(first + PROFILES_PER_INSERT, to);
    await clickhouse.command({
      query: `INSERT INTO segments.activities SELECT * EXCEPT (n) REPLACE (${replaced.join(', ')}) FROM (
        SELECT *, arrayJoin(range({first:UInt64}, {until:UInt64})) AS n FROM segments.activities WHERE profile_id = {original:UUID})`,
      query_params: { original: of.profileId, first, until, from, count: to - from, shift, spread: spreadMs },
      clickhouse_settings: { insert_deduplication_token: `bench/${of.profileId}/${first}/${shift}`, max_insert_threads: '1' },
    });
  }
}
