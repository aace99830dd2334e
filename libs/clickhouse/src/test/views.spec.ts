// The views of schemas/views/: CRM objects after what was deleted, restored and imported; memberships over time, as an analyst reads them.
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf } from '@tideway/contracts';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, type TestPlatform } from '@tideway/testing';
import fc from 'fast-check';
import { v4 as uuid } from 'uuid';
import { createClickHouse, createTable, createView, loadViews, type ClickHouseClient } from '../index.js';
import { anyHistory, membershipRows, membersAt, stateRow, type Change } from './stays.js';

const products = loadProducts();
const BEGIN = Date.UTC(2026, 10, 1);
let platform: TestPlatform;
let clickhouse: ClickHouseClient;
let analyst: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false });
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
  const { url, username, password } = platform.analyst;
  analyst = createClient({ url, username, password });
  for (const database of ['customer', 'crm', 'segments']) await clickhouse.command({ query: `CREATE DATABASE ${database}` });
  for (const id of ['customer.identities', 'crm.contact-changes', 'crm.deal-changes', 'crm.company-changes', 'segments.memberships', 'segments.state']) {
    const product = productOf(products, id);
    for (const query of [...createTable(product), createView(product)]) await clickhouse.command({ query });
  }
  for (const { query } of loadViews().filter(({ name }) => /^(crm|segments)\./.test(name))) await clickhouse.command({ query });
});

afterAll(async () => {
  await Promise.all([clickhouse?.close(), analyst?.close()]);
  await platform?.stop();
});

type CrmChange = [change: string, property?: string, value?: string, source?: string];

/** Rows of one object, a minute apart; they are inserted last first, as late ones come. */
async function history(table: string, object_id: string, changes: CrmChange[]): Promise<void> {
  const values = changes.map(([change, property = null, value = null, source = 'hubspot:1'], minute) => ({
    _partition: 0, _offset: minute, event_id: uuid(), occurred_at: BEGIN + minute * 60_000, received_at: BEGIN, source, account_id: '1', object_id, change,
    property, value, stage: change === 'stage_changed' ? value : null, related_ids: [],
  }));
  await clickhouse.insert({ table, values: values.reverse(), format: 'JSONEachRow' });
}

describe.each([['crm.contacts', 'crm.contact_changes_v1'], ['crm.deals', 'crm.deal_changes_v1'], ['crm.companies', 'crm.company_changes_v1']])('%s', (view, table) => {
  const shown = async (object: string) => {
    const result = await clickhouse.query({ query: `SELECT stage, properties, toUnixTimestamp64Milli(updated_at) - ${BEGIN} AS updated FROM ${view} WHERE object_id = {object:String}`, query_params: { object }, format: 'JSONEachRow' });
    return result.json<{ stage: string; properties: Record<string, string>; updated: number }>();
  };

  it.each<[string, CrmChange[]]>([
    ['created and deleted', [['created'], ['updated', 'industry', 'Retail'], ['deleted']]],
    ['deleted, restored and deleted again', [['created'], ['deleted'], ['created'], ['deleted']]],
    ['deleted while its associations went', [['created'], ['deleted'], ['updated', 'association', 'removed'], ['stage_changed', 'stage', 'lead']]],
    ['deleted for privacy, whatever comes later', [['created'], ['deleted', 'privacyDeletion'], ['created'], ['updated', 'stage', 'lead', 'import:1']]],
    ['imported, and deleted by an import', [['updated', 'industry', 'Retail', 'import:1'], ['deleted', undefined, undefined, 'import:1']]],
  ])('leaves out what was %s', async (name, changes) => {
    await history(table, name, changes);
    expect(await shown(name)).toEqual([]);
  });

  it.each<[string, CrmChange[]]>([
    ['never deleted', [['updated', 'industry', 'Retail'], ['stage_changed', 'stage', 'lead']]],
    ['deleted and restored', [['updated', 'industry', 'Retail'], ['stage_changed', 'stage', 'lead'], ['deleted'], ['created']]],
    ['deleted, and is in a later import', [['updated', 'industry', 'Mining'], ['deleted'], ['stage_changed', 'stage', 'lead', 'import:1'], ['updated', 'industry', 'Retail', 'import:1']]],
  ])('has what was %s, with the last value of each property', async (name, changes) => {
    await history(table, name, changes);
    expect(await shown(name)).toEqual([{ stage: 'lead', properties: { industry: 'Retail', stage: 'lead' }, updated: (changes.length - 1) * 60_000 }]);
  });
});

describe('memberships', () => {
  const HOUR = 3_600_000;
  const FIRST_DAY = Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 4 * 24 * HOUR;
  const at = (day: number, hour: number) => FIRST_DAY + (day * 24 + hour) * HOUR;
  const [ann, bob, cat, dan, eve] = ['a', 'b', 'c', 'd', 'e'].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`) as [string, string, string, string, string];
  const ask = async (query: string, query_params: Record<string, unknown> = {}) => (await analyst.query({ query, query_params, format: 'JSONCompactEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })).json<unknown[]>();
  const ms = (column: string) => `toUnixTimestamp64Milli(${column})`;

  /** Twice, and the last first: what was resent, and came out of order. */
  async function record(histories: ReadonlyMap<string, Change[]>): Promise<void> {
    const rows = [...histories].flatMap(([profileId, changes]) => membershipRows(profileId, changes));
    await clickhouse.insert({ table: 'segments.memberships_v1', values: [...rows, ...rows.map((row) => ({ ...row, _offset: row._offset + 1_000 }))].reverse(), format: 'JSONEachRow' });
  }

  beforeAll(async () => {
    await record(new Map<string, Change[]>([
      [ann, [
        { at: at(0, 10), segment: 'buyers', change: 'entered', version: 1 }, { at: at(0, 10), segment: 'visitors', change: 'entered' },
        { at: at(1, 12), segment: 'buyers', change: 'exited', reason: 'time', version: 2 }, { at: at(3, 9), segment: 'buyers', change: 'entered', reason: 'consent', version: 2 },
      ]],
      [bob, [{ at: at(0, 11), segment: 'buyers', change: 'entered' }, { at: at(3, 20), segment: 'buyers', change: 'exited', reason: 'merge' }]],
      [cat, [{ at: at(1, 8), segment: 'buyers', change: 'entered' }, { at: at(1, 8), segment: 'visitors', change: 'entered' }]],
      [dan, [{ at: at(3, 10), segment: 'visitors', change: 'entered' }, { at: at(3, 11), segment: 'visitors', change: 'exited' }]],
      // The oldest record that there is: its entry is gone.
      [eve, [{ at: at(2, 1), segment: 'visitors', change: 'exited' }]],
    ]));
    await clickhouse.insert({
      table: 'segments.state_v1', format: 'JSONEachRow',
      values: [
        stateRow(ann, 1, ['lapsed']), stateRow(ann, 2, ['buyers', 'visitors']), stateRow(bob, 3, ['buyers']), stateRow(bob, 4, [], true),
        stateRow(cat, 5, ['buyers', 'visitors']), stateRow(dan, 6, []), stateRow(eve, 7, ['visitors', 'newcomers']),
      ],
    });
  });

  it('are intervals from entry to exit, whatever came twice', async () => {
    expect(await ask(`SELECT profile_id, segment, segment_version, ${ms('entered_at')}, ${ms('exited_at')}, entry_reason, exit_reason, duration_seconds
      FROM segments.intervals WHERE segment IN ('buyers', 'visitors') ORDER BY segment, profile_id, entered_at`)).toEqual([
      [ann, 'buyers', 1, at(0, 10), at(1, 12), 'activity', 'time', 26 * 3_600],
      [ann, 'buyers', 2, at(3, 9), null, 'consent', null, null],
      [bob, 'buyers', 1, at(0, 11), at(3, 20), 'activity', 'merge', 81 * 3_600],
      [cat, 'buyers', 1, at(1, 8), null, 'activity', null, null],
      [ann, 'visitors', 1, at(0, 10), null, 'activity', null, null],
      [cat, 'visitors', 1, at(1, 8), null, 'activity', null, null],
      [dan, 'visitors', 1, at(3, 10), at(3, 11), 'activity', 'activity', 3_600],
    ]);
  });

  it.each([
    ['before all', at(0, 10) - 1, []],
    ['from the millisecond of an entry', at(0, 10), [[ann, 'buyers', 1, at(0, 10)], [ann, 'visitors', 1, at(0, 10)]]],
    ['until that of an exit', at(1, 12), [[bob, 'buyers', 1, at(0, 11)], [cat, 'buyers', 1, at(1, 8)], [ann, 'visitors', 1, at(0, 10)], [cat, 'visitors', 1, at(1, 8)]]],
    ['today', at(4, 0), [[ann, 'buyers', 2, at(3, 9)], [cat, 'buyers', 1, at(1, 8)], [ann, 'visitors', 1, at(0, 10)], [cat, 'visitors', 1, at(1, 8)]]],
  ])('are members as of any time: %s', async (_when, time, members) => {
    expect(await ask(`SELECT profile_id, segment, segment_version, ${ms('since')} FROM segments.members_as_of(at = {time:Int64}) WHERE segment IN ('buyers', 'visitors') ORDER BY segment, profile_id`, { time })).toEqual(members);
  });

  it('are members as corrected: from the time that late events tell, and of nothing where a stay came to be none', async () => {
    const [fay, gus] = [uuid(), uuid()];
    await record(new Map<string, Change[]>([
      [fay, [{ at: at(2, 10), effectiveAt: at(2, 7), segment: 'late', change: 'entered' }, { at: at(2, 12), effectiveAt: at(2, 11), segment: 'late', change: 'exited' }]],
      [gus, [{ at: at(2, 10), effectiveAt: at(2, 10), segment: 'late', change: 'entered' }, { at: at(2, 12), effectiveAt: at(2, 10), segment: 'late', change: 'exited' }]],
    ]));
    const members = async (view: string, time: number) => (await ask(`SELECT profile_id, ${ms('since')} FROM segments.${view}(at = {time:Int64}) WHERE segment = 'late' ORDER BY since`, { time }));
    expect(await members('members_corrected', at(2, 7))).toEqual([[fay, at(2, 7)]]);
    expect(await members('members_corrected', at(2, 10))).toEqual([[fay, at(2, 7)]]);
    expect(await members('members_corrected', at(2, 11))).toEqual([]);
    expect(await members('members_as_of', at(2, 11))).toHaveLength(2);
    // What was written before there were such times counts from its evaluation.
    expect(await ask(`SELECT ${ms('effective_from')}, ${ms('effective_until')} FROM segments.intervals WHERE profile_id = {bob:UUID}`, { bob })).toEqual([[at(0, 11), at(3, 20)]]);
  });

  it('are sizes and churn of each day until today, also of those without a change', async () => {
    const day = (n: number) => new Date(at(n, 0)).toISOString().slice(0, 10);
    expect(await ask("SELECT segment, day, size, entered, exited, churn FROM segments.daily WHERE segment IN ('buyers', 'visitors') AND day <= {last:Date} ORDER BY segment, day", { last: day(4) })).toEqual([
      ['buyers', day(0), 2, 2, 0, null],
      ['buyers', day(1), 2, 1, 1, 1 / 2],
      ['buyers', day(2), 2, 0, 0, 0],
      ['buyers', day(3), 2, 1, 1, 1 / 2],
      ['buyers', day(4), 2, 0, 0, 0],
      ['visitors', day(0), 1, 1, 0, null],
      ['visitors', day(1), 2, 1, 0, 0],
      ['visitors', day(2), 2, 0, 0, 0],
      ['visitors', day(3), 2, 1, 1, 1 / 2],
      ['visitors', day(4), 2, 0, 0, 0],
    ]);
    expect(await ask("SELECT segment, max(day) = toDate(now('UTC')) FROM segments.daily WHERE segment IN ('buyers', 'visitors') GROUP BY segment ORDER BY segment")).toEqual([['buyers', 1], ['visitors', 1]]);
  });

  it('overlap: of any two segments, both sizes, what is in both, and its share', async () => {
    expect(await ask('SELECT segment, other, size, other_size, common, jaccard FROM segments.overlap ORDER BY segment, other')).toEqual([
      ['buyers', 'newcomers', 2, 1, 0, 0],
      ['buyers', 'visitors', 2, 3, 2, 2 / 3],
      ['newcomers', 'buyers', 1, 2, 0, 0],
      ['newcomers', 'visitors', 1, 3, 1, 1 / 3],
      ['visitors', 'buyers', 3, 2, 2, 2 / 3],
      ['visitors', 'newcomers', 3, 1, 1, 1 / 3],
    ]);
  });

  it('of any history are disjoint intervals, and at any time those of its records until then', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyHistory(BEGIN), { minLength: 10, maxLength: 20 }), fc.uniqueArray(fc.integer({ min: BEGIN - 1, max: BEGIN + 30 }), { minLength: 8, maxLength: 8 }), async (drawn, times) => {
      const histories = new Map(drawn.map((changes) => [uuid(), changes]));
      await record(histories);
      const people = { ids: [...histories.keys()] };
      const stays = await ask(`SELECT profile_id, segment, ${ms('entered_at')}, ${ms('exited_at')} FROM segments.intervals WHERE profile_id IN {ids:Array(UUID)} ORDER BY profile_id, segment, entered_at, exited_at`, people) as [string, string, number, number | null][];
      expect(stays).toHaveLength([...histories.values()].flat().filter(({ change }) => change === 'entered').length);
      stays.forEach(([profileId, segment, entered, exited], i) => {
        const [nextProfile, nextSegment, next] = stays[i + 1] ?? [];
        expect(exited ?? Infinity).toBeGreaterThanOrEqual(entered);
        if (nextProfile === profileId && nextSegment === segment) expect(next!).toBeGreaterThanOrEqual(exited!);
      });
      for (const time of times) {
        const expected = membersAt(histories, time);
        const asOf = await ask(`SELECT profile_id, segment, ${ms('since')} FROM segments.members_as_of(at = {time:Int64}) WHERE profile_id IN {ids:Array(UUID)}`, { ...people, time });
        expect(asOf.map(String).sort()).toEqual(expected);
        expect(stays.filter(([, , entered, exited]) => entered <= time && (exited ?? Infinity) > time).map(([...stay]) => String(stay.slice(0, 3))).sort()).toEqual(expected);
      }
    }), { numRuns: 4, endOnFailure: true });
  });
});
