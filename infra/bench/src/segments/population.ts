// Profiles in bulk, as the service has made them: it evaluates some originals, of whom all others are copies.
import { tableName } from '@tideway/clickhouse';
import { productOf, type CustomerActivities } from '@tideway/contracts';
import type { Publisher } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';
import { profileIdOf, profileIdSql } from '../segments-start/people.js';
import { countActivities, whenStored } from './bed.js';
import { Crowd } from './crowd.js';
import { readStates, writeStates } from './states.js';

export interface PopulationOptions {
  profiles: number;
  /** Of each, on average and with the consent. */
  activitiesEach: number;
  /** These are spread over so many days, up to an hour ago. */
  days: number;
}

export interface PopulationParts {
  clients: Clients;
  publisher: Pick<Publisher, 'publish'>;
}

/** Other than those of the copies, which are numbered from 0. */
const FIRST_ORIGINAL = 4_000_000_000;
const MOST_ORIGINALS = 1_000;
const RECORDS_PER_SEND = 4_000;
const ROWS_PER_INSERT = 1_000_000;
const EVALUATED_WITHIN_MS = 180_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Has originals evaluated by the service, which has to run, and adds copies of them to segments.activities and
 * segments.state.v1, which it learns of when it is started again. Rejects where Kafka or ClickHouse does not take them.
 */
export async function makePopulation({ clients, publisher }: PopulationParts, options: PopulationOptions, onProgress: (line: string) => void): Promise<void> {
  const { profiles } = options;
  const originals = Math.max(1, Math.min(MOST_ORIGINALS, Math.floor(profiles / 10)));
  const activities = historiesOf(originals, options, Date.now());
  onProgress(`making ${profiles} profiles with ${Math.round((activities.length / originals) * profiles)} activities of ${originals} that are evaluated…`);
  const before = await countActivities(clients);
  for (let from = 0; from < activities.length; from += RECORDS_PER_SEND) await publisher.publish('customer.activities', activities.slice(from, from + RECORDS_PER_SEND));
  await whenStored(clients, before + activities.length, EVALUATED_WITHIN_MS);
  const ids = Array.from({ length: originals }, (_, i) => profileIdOf(FIRST_ORIGINAL + i));
  await copyRows(clients, ids, profiles, activities.length);
  await copyStates(clients, ids, profiles);
}

/** What originals did, in order. */
export function historiesOf(originals: number, { activitiesEach, days }: PopulationOptions, now: number): CustomerActivities[] {
  const crowd = new Crowd({ people: 1, seed: 3 });
  const [first, last] = [now - days * DAY, now - HOUR];
  return Array.from({ length: originals }, (_, i) => {
    const profileId = profileIdOf(FIRST_ORIGINAL + i);
    const times = Array.from({ length: Math.max(1, activitiesEach - 1) }, (_unused, k) => Math.round(first + ((k + ((i * 37) % 100) / 100) / activitiesEach) * (last - first)));
    return [crowd.consent(profileId, first - 1), ...times.map((at) => crowd.deed(profileId, at))];
  }).flat();
}

/** Copy n is of original n modulo their number. */
async function copyRows({ clickhouse }: Clients, ids: readonly string[], profiles: number, activities: number): Promise<void> {
  const rounds = Math.ceil(profiles / ids.length);
  const roundsPerInsert = Math.max(1, Math.floor(ROWS_PER_INSERT / activities));
  const number = `(indexOf({ids:Array(UUID)}, profile_id) - 1 + round * {originals:UInt64})`;
  for (let from = 0; from < rounds; from += roundsPerInsert) {
    await clickhouse.command({
      query: `INSERT INTO segments.activities SELECT * EXCEPT (round, n) REPLACE (${profileIdSql('n')} AS profile_id, concat('user_id:', toString(${profileIdSql('n')})) AS identifier, generateUUIDv4(n) AS activity_id)
        FROM (SELECT *, ${number} AS n FROM (SELECT *, arrayJoin(range({from:UInt64}, {to:UInt64})) AS round FROM segments.activities WHERE profile_id IN {ids:Array(UUID)})) WHERE n < {profiles:UInt64}`,
      query_params: { ids, originals: ids.length, profiles, from, to: Math.min(rounds, from + roundsPerInsert) },
      clickhouse_settings: { insert_deduplication_token: `bench/${from}`, max_insert_threads: '1' },
    });
  }
}

/** Writes the identities of so many copies as the warehouse would have: scores are of those alone who have some. Rejects where ClickHouse does not take them. */
export async function giveIdentities({ clickhouse, products }: Clients, profiles: number): Promise<void> {
  await clickhouse.command({
    query: `INSERT INTO ${tableName(productOf(products, 'customer.identities'))} (identifier, profile_id, since, cause) SELECT concat('user_id:', toString(id)), id, now64(3), 'first_seen' FROM (SELECT ${profileIdSql('number')} AS id FROM numbers({profiles:UInt64}))`,
    query_params: { profiles },
  });
}

async function copyStates(clients: Clients, ids: readonly string[], profiles: number): Promise<void> {
  const evaluated = await readStates(clients);
  const originals = ids.map((id) => evaluated.get(id)!);
  await writeStates(clients, originals[0]!.schemaId, { from: 0, to: profiles }, (number) => ({ ...originals[number % ids.length]!.state, profile_id: profileIdOf(number) }));
}
