// The stream and SQL give the same: random definitions over random histories, on a real ClickHouse.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClickHouse, createTable, tableName, type ClickHouseClient } from '@tideway/clickhouse';
import { loadProducts, productOf } from '@tideway/contracts';
import { createLogger } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import fc from 'fast-check';
import { compileMembersSql, compileNomineesSql, compileTraitsSql, createEvaluator, loadDefinitions, RANKS_TABLE, rowReader, type Activity, type Definitions } from '../evaluate/index.js';
import { compileDefinitions } from '../compiled.js';
import { RANKS_DDL } from '../history.js';
import { NomineeSource } from '../nominees.js';
import { PERIOD_NAMES, readWindow } from '../definitions/calendar.js';
import { DAY_MS, timeZoneOf } from '../definitions/time-zone.js';
import type { Window } from '../definitions/windows.js';
import { definitionsArbitrary } from './random-definitions.js';
import { historyArbitrary, timeArbitrary } from './random-histories.js';

type ClickHouseSettings = NonNullable<Parameters<ClickHouseClient['query']>[0]['clickhouse_settings']>;

const PROFILES = 100;
const ROUNDS = 100;
const TABLE = { ...productOf(loadProducts(), 'customer.activities'), database: 'parity', table: 'activities' };

/** Rows as they were recorded, some twice; profiles 1 and 2 of a person were merged into 0: the -800N- of the uuid. */
const CURRENT = `(
  SELECT * REPLACE (toUUID(replaceRegexpOne(toString(profile_id), '-800.-', '-8000-')) AS profile_id)
  FROM ${tableName(TABLE)} LIMIT 1 BY activity_id)`;

const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
const profileId = (person: number, alias: string) => `00000000-0000-4000-800${alias}-${hex(person, 12)}`;

let platform: TestPlatform;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false, clickhouse: true });
  clickhouse = createClickHouse({ CLICKHOUSE_PASSWORD: '', CLICKHOUSE_USERNAME: '', CLICKHOUSE_URL: '', ...platform.env }, 'parity');
  await clickhouse.command({ query: 'CREATE DATABASE parity' });
  await clickhouse.command({ query: createTable(TABLE)[0]! });
  await clickhouse.command({ query: 'CREATE DATABASE segments' });
  await clickhouse.command({ query: RANKS_DDL });
});

afterAll(async () => {
  await clickhouse?.close();
  await platform?.stop();
});

/** Replaces the table's rows by these histories, a person each. */
async function store(histories: Activity[][]): Promise<Activity[][]> {
  const stored = histories.map((history, person) => history.map((activity) => ({
    ...activity,
    profile_id: profileId(person, activity.profile_id),
    activity_id: activity.activity_id.replace('-0000-', `-${hex(person, 4)}-`),
  })));
  await clickhouse.command({ query: `TRUNCATE TABLE ${tableName(TABLE)}` });
  const rows = stored.flat().map((activity) => ({ _partition: 0, _offset: 0, ...activity, occurred_at: instant(activity.occurred_at), received_at: instant(activity.received_at) }));
  const resent = rows.filter((_, index) => index % 5 === 0);
  await clickhouse.insert({ table: tableName(TABLE), values: [...rows, ...resent], format: 'JSONEachRow' });
  return stored;
}

const instant = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');

/** Makes ClickHouse compile expressions to machine code at once, which it does from the fourth time otherwise: other code, other faults. */
const COMPILED = { min_count_to_compile_expression: '0', min_count_to_compile_aggregate_expression: '0' } as const;

async function query<T>(sql: string, now: number, settings: ClickHouseSettings = {}): Promise<T[]> {
  const result = await clickhouse.query({ query: sql, query_params: { now }, format: 'JSONEachRow', clickhouse_settings: settings });
  return result.json<T>();
}

/** What SQL says of every person at a time. */
async function bySql(definitions: Definitions, now: number, people: number, settings: ClickHouseSettings) {
  const source = { activities: CURRENT };
  const [traits, members] = await Promise.all([
    query<{ profile_id: string }>(compileTraitsSql(definitions, source), now, settings),
    query<{ profile_id: string; segment: string }>(compileMembersSql(definitions, source)(), now, settings),
  ]);
  return Array.from({ length: people }, (_, person) => {
    const id = profileId(person, '0');
    const { profile_id: _id, ...values } = traits.find((row) => row.profile_id === id) ?? { profile_id: id };
    return { traits: values, members: members.filter((row) => row.profile_id === id).map(({ segment }) => segment).sort() };
  });
}

/** What the stream says of a history at times in order; `tidy` prunes in between, as a service does. */
function byStream(definitions: Definitions, person: number, history: readonly Activity[], times: readonly number[], tidy: boolean) {
  const evaluator = createEvaluator(definitions);
  const state = evaluator.empty(profileId(person, '0'));
  for (const activity of history) evaluator.apply(state, activity);
  return times.map((now) => {
    if (tidy) evaluator.prune(state, now);
    const { members } = evaluator.evaluate(state, now);
    const traits = evaluator.traits(state, now);
    // SQL does not list who never did anything.
    return { traits: history.length === 0 ? {} : traits, members };
  });
}

async function storeRanks({ ranks }: Definitions): Promise<void> {
  await clickhouse.command({ query: `TRUNCATE TABLE ${RANKS_TABLE}` });
  const values = ranks.flatMap((rank) => rank.known.map(({ effectiveAt, values: boundaries }) => ({ rank: rank.id, effective_at: instant(effectiveAt), boundaries, people: 1 })));
  if (values.length > 0) await clickhouse.insert({ table: RANKS_TABLE, values, format: 'JSONEachRow' });
}

async function compare(definitions: Definitions, histories: Activity[][], times: readonly number[], settings: ClickHouseSettings = {}): Promise<void> {
  const stored = await store(histories);
  await storeRanks(definitions);
  const streamed = stored.map((history, person) => byStream(definitions, person, history, times, person % 2 === 0));
  for (const [index, now] of times.entries()) {
    const expected = await bySql(definitions, now, histories.length, settings);
    expect({ now, people: streamed.map((results) => results[index]) }).toEqual({ now, people: expected });
  }
}

/** A cold profile: its state from the rows that ClickHouse holds. */
async function compareRows(definitions: Definitions, histories: Activity[][], now: number): Promise<void> {
  const stored = await store(histories);
  const { relevantColumns } = createEvaluator(definitions);
  const reader = rowReader(['profile_id', ...relevantColumns]);
  const result = await clickhouse.query({ query: `SELECT ${reader.sql} FROM ${CURRENT}`, format: 'JSONCompactEachRow' });
  const read = (await result.json<unknown[]>()).map(reader.read);
  for (const [person, history] of stored.entries()) {
    const rows = read.filter(({ profile_id }) => profile_id === profileId(person, '0'));
    expect(byStream(definitions, person, rows, [now], false)).toEqual(byStream(definitions, person, history, [now], false));
  }
}

const LATER = [1, 3_600_000, DAY_MS, 8 * DAY_MS, 31 * DAY_MS, 400 * DAY_MS];

/** Whom changed definitions concern: members as the stream has them, and nobody is left out whom time makes one. */
async function compareNominees(definitions: Definitions, histories: Activity[][], now: number): Promise<void> {
  const stored = await store(histories);
  await storeRanks(definitions);
  const names = definitions.segments.map(({ name }) => name);
  const nominees = await query<{ profile_id: string; members: number[] }>(compileNomineesSql(definitions, names, now, { activities: CURRENT }), now);
  for (const [person, history] of stored.entries()) {
    const nominee = nominees.find(({ profile_id }) => profile_id === profileId(person, '0'));
    const membersAt = (time: number) => byStream(definitions, person, history, [time], false)[0]!.members;
    expect({ person, now, members: nominee?.members.map((place) => names[place]).sort() ?? [] }).toEqual({ person, now, members: membersAt(now) });
    for (const later of nominee ? [] : LATER) expect({ person, now, later, members: membersAt(now + later) }).toEqual({ person, now, later, members: [] });
  }
}

/** The same, asked in pieces: everybody is in one of them, in the order of the table. */
async function compareRanges(definitions: Definitions, histories: Activity[][], now: number): Promise<void> {
  await store(histories);
  await storeRanks(definitions);
  const names = definitions.segments.map(({ name }) => name);
  const expected = await query<{ profile_id: string; members: number[] }>(compileNomineesSql(definitions, names, now, { activities: CURRENT }), now);
  const pieces: [string, readonly string[]][][] = [];
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
  const source = new NomineeSource(clickhouse, CURRENT, createLogger('test', 'silent'), new AbortController().signal, 200);
  await source.ask(compileDefinitions(definitions), names, { waits: () => true, found: ({ people }) => pieces.push([...people]) });
  clock.mockRestore();
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.flat()).toEqual(expected.map(({ profile_id: id, members }) => [id, members.map((place) => names[place])]));
}

const histories = fc.array(historyArbitrary, { minLength: PROFILES, maxLength: PROFILES });
const times = fc.array(timeArbitrary, { minLength: 3, maxLength: 3 }).map((list) => list.sort((a, b) => a - b));

/** Zones, and a day of each on which the clocks changed, or the day itself was left out. */
const CLOCK_CHANGES = {
  'UTC': '1970-01-01', 'Europe/Berlin': '2026-10-25', 'America/New_York': '2099-11-01', 'Asia/Kathmandu': '1986-01-01', 'Australia/Lord_Howe': '2026-04-05',
  'America/St_Johns': '2010-11-07', 'America/Sao_Paulo': '2018-11-04', 'Asia/Beirut': '2021-03-28', 'Africa/Cairo': '2024-04-26', 'Pacific/Apia': '2011-12-31',
};
const LAST_DAY = Date.UTC(2100, 11, 31) / DAY_MS;
const edge = fc.constantFrom(-3_600_000, -1, 0, 1, 3_600_000);

/** A zone, an evaluation time near the beginning of a day, and moments near the beginnings of days around it. */
const calendarArbitrary = fc.constantFrom(...Object.entries(CLOCK_CHANGES)).chain(([name, date]) => fc.record({
  name: fc.constant(name),
  day: fc.oneof(fc.integer({ min: -2, max: 35 }).map((days) => Date.parse(date) / DAY_MS + days), fc.integer({ min: 0, max: LAST_DAY })),
  edge,
  moments: fc.array(fc.tuple(fc.oneof(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -732, max: 32 })), edge), { minLength: 25, maxLength: 25 }),
}));

async function compareCalendar({ name, day, edge: offset, moments }: { name: string; day: number; edge: number; moments: [number, number][] }): Promise<void> {
  const zone = timeZoneOf(name)!;
  const momentOf = (of: number, off: number) => Math.max(0, zone.startOf(of) + off);
  const now = momentOf(day, offset);
  const ats = moments.map(([days, off]) => momentOf(day + days, off));
  const windows = PERIOD_NAMES.map((text) => [text, readWindow(text, name) as Window] as const);
  const held = windows.map(([text, window]) => `${window.sql('at')} AS ${text}`);
  const expected = ats.map((at) => ({ at, ...Object.fromEntries(windows.map(([text, window]) => [text, window.holds(window.bucketOf(at), now) ? 1 : 0])) }));
  expect({ now, rows: await query(`SELECT arrayJoin([${ats.join(', ')}]::Array(Int64)) AS at, ${held.join(', ')}`, now) }).toEqual({ now, rows: expected });
}

describe('the stream and SQL', () => {
  it(`give the same traits and members in ${PROFILES * ROUNDS} random cases, each at three times`, async () => {
    await fc.assert(fc.asyncProperty(definitionsArbitrary, histories, times, (...round) => compare(...round)), { numRuns: ROUNDS, endOnFailure: false });
  });

  it('give the same where ClickHouse compiles expressions', async () => {
    await fc.assert(fc.asyncProperty(definitionsArbitrary, histories, times, (...round) => compare(...round, COMPILED)), { numRuns: 5 });
  });

  it('have the same days in windows of the calendar, from 1970 to 2100', async () => {
    await fc.assert(fc.asyncProperty(calendarArbitrary, compareCalendar), { numRuns: 60 });
  });

  it('give the same for a state that is rebuilt from rows', async () => {
    await fc.assert(fc.asyncProperty(definitionsArbitrary, histories, timeArbitrary, compareRows), { numRuns: 20 });
  });

  it('give the same of those whom changed definitions concern', async () => {
    await fc.assert(fc.asyncProperty(definitionsArbitrary, histories, timeArbitrary, compareNominees), { numRuns: 20 });
  });

  it('give the same of those in pieces', async () => {
    await fc.assert(fc.asyncProperty(definitionsArbitrary, histories, timeArbitrary, compareRanges), { numRuns: 3 });
  });

  it('give the same for the cases of the definitions that ship', async () => {
    const definitions = loadDefinitions();
    const cases = [...definitions.traits.flatMap((trait) => trait.cases), ...definitions.segments.flatMap((segment) => segment.cases)];
    for (const now of new Set(cases.map((one) => one.now))) {
      const at = cases.filter((one) => one.now === now);
      await compare(definitions, at.map(({ activities }) => activities.map((activity) => ({ ...activity, profile_id: '0' }))), [now], COMPILED);
    }
  });

  it('give the same where the query asks for one segment', async () => {
    const definitions = loadDefinitions();
    const { activities, now } = definitions.segments.find(({ name }) => name === 'high-intent')!.cases.find(({ member }) => member)!;
    await store([activities.map((activity) => ({ ...activity, profile_id: '1' }))]);
    const sqlOf = compileMembersSql(definitions, { activities: CURRENT });
    expect(await query(sqlOf('high-intent'), now)).toEqual([{ profile_id: profileId(0, '0'), segment: 'high-intent' }]);
    expect(await query(sqlOf('repeat-buyers'), now)).toEqual([]);
  });

  it('can be a parameterised view', async () => {
    await clickhouse.command({ query: `CREATE OR REPLACE VIEW parity.members_at AS ${compileMembersSql(loadDefinitions(), { activities: CURRENT })()}` });
    expect(await query('SELECT * FROM parity.members_at(now = 0)', 0)).toEqual([]);
  });
});
