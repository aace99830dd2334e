// A corrected replay gives the very records that the corrected row would have given at its first delivery.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Deliveries, correctedBytes, nativeRequest, replayed } from '@tideway/intake';
import { Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';
import type { Platform } from './sources/index.js';
import { CONTEXT, EXTRACTED_AT } from './test/outcomes.js';

const deliveries = new Deliveries();
const pipeline = new Pipeline({ META_APP_SECRET: 'app' }, deliveries.intake);
const RECEIVED_AT = EXTRACTED_AT + 60_000;
const FULL = { ...CONTEXT, timezone: 'Europe/Berlin', conversion: ['lead'] };

/** A kind of row, and values that quarantine it by their path. */
interface Kind {
  row: object;
  faults: Record<string, unknown>;
  deliver(rows: unknown[]): Promise<unknown>;
}

const json = { 'content-type': 'application/json' };
const report = (platform: Platform, body: (rows: unknown[]) => unknown) => (rows: unknown[]) =>
  pipeline.reports(nativeRequest(JSON.stringify(body(rows)), { headers: json }), { key: 'reports', platform, context: FULL });

const DATE = { year: 2026, month: 11, day: 20 };
const MICROSOFT = { TimePeriod: '2026-11-20', AccountId: '141', CampaignId: '411', CampaignName: 'Shoes', AdGroupId: '511', DeviceType: 'Computer', CurrencyCode: 'EUR', Impressions: '1,350', Clicks: '35', Spend: '12.40' };
const KINDS: Record<string, Kind> = {
  'performance of Google Ads': {
    row: { customer: { id: '1234567890', currencyCode: 'USD' }, campaign: { id: '111', name: 'Autumn shoes' }, metrics: { clicks: '340', costMicros: '81250000', impressions: '12000' }, segments: { date: '2026-11-20' } },
    faults: { 'metrics.clicks': 'many', 'segments.date': '2026-02-31', 'campaign.id': 'a|b' },
    deliver: report('google', (results) => [{ results, fieldMask: 'x' }]),
  },
  'a click of Google Ads': {
    row: { campaign: { resourceName: 'customers/1234567890/campaigns/111', id: '111' }, clickView: { gclid: 'Cj0KCQiA-1' }, segments: { date: '2026-11-20', device: 'MOBILE' } },
    faults: { 'clickView.gclid': null, 'segments.date': 'once' },
    deliver: report('google', (results) => ({ results })),
  },
  'insights of Meta': {
    row: { account_id: '77', account_currency: 'USD', campaign_id: '120210000000000011', date_start: '2026-11-20', date_stop: '2026-11-20', impressions: '9708', clicks: '211', spend: '229.47', actions: [{ action_type: 'lead', value: '9' }] },
    faults: { spend: 'much', impressions: '-1', campaign_id: null },
    deliver: report('meta', (data) => ({ data })),
  },
  'analytics of LinkedIn': {
    row: { dateRange: { start: DATE, end: DATE }, pivotValues: ['urn:li:sponsoredCampaign:145282384'], impressions: 13_468, clicks: 242, costInLocalCurrency: '107.53' },
    faults: { clicks: 'many', 'pivotValues[0]': 7, 'dateRange.start.month': 13 },
    deliver: report('linkedin', (elements) => ({ elements })),
  },
  'a report of TikTok': {
    row: { dimensions: { stat_time_day: '2026-11-20 00:00:00', ad_id: '1706941500000003' }, metrics: { campaign_id: '1706941500000001', adgroup_id: '1706941500000002', spend: '20.05', impressions: '1200', clicks: '31', currency: 'USD' } },
    faults: { 'metrics.spend': null, 'dimensions.stat_time_day': '2026-11-20 05:00:00' },
    deliver: report('tiktok', (list) => ({ code: 0, data: { list } })),
  },
  'rows of Microsoft Advertising': {
    row: MICROSOFT, faults: { Clicks: 'many', TimePeriod: '2026-13-01', Spend: '' },
    deliver: report('microsoft', (rows) => rows),
  },
  'rows of Microsoft Advertising in CSV': {
    row: MICROSOFT, faults: { Clicks: 'many', TimePeriod: '2026-13-01', CampaignId: 'a|b' },
    deliver: (rows) => {
      const lines = [Object.keys(MICROSOFT), ...rows.map((row) => Object.keys(MICROSOFT).map((name) => (row as Record<string, string>)[name]!))].map((cells) => cells.map((cell) => `"${cell}"`).join(','));
      return pipeline.reports(nativeRequest(`${lines.join('\r\n')}\r\n`, { headers: { 'content-type': 'text/csv' } }), { key: 'reports', platform: 'microsoft', context: FULL });
    },
  },
  'leads of Meta with their answers': {
    row: { id: '1234567890123456', created_time: '2026-11-20T09:30:00+0000', form_id: '624049654589', field_data: [{ name: 'email', values: ['Jane@Example.com'] }] },
    faults: { created_time: 'once', id: null, field_data: 'none' },
    deliver: (data) => pipeline.leads(nativeRequest(JSON.stringify({ data }), { headers: json }), 'reports'),
  },
  'changes of Meta\'s webhook': {
    row: { field: 'leadgen', value: { leadgen_id: '1234567890123456', page_id: '108451268302248', form_id: '624049654589', created_time: 1_795_167_000 } },
    faults: { 'change.value.created_time': 'once', 'change.value.leadgen_id': null, 'change.value': 'none' },
    deliver: (changes) => {
      const body = JSON.stringify({ object: 'page', entry: [{ id: '108451268302248', changes }] });
      return pipeline.leadWebhook(nativeRequest(body, { headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'app').update(body).digest('hex')}` } }));
    },
  },
};

const pointer = (path: string) => `/${path.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
const valueAt = (row: unknown, path: string) => pointer(path).slice(1).split('/').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], row);
const withValue = (row: object, path: string, value: unknown): unknown => JSON.parse(correctedBytes(Buffer.from(JSON.stringify(row)), { set: { [pointer(path)]: value } }).toString());

beforeAll(() => { jest.spyOn(Date, 'now').mockReturnValue(RECEIVED_AT); });
afterAll(() => { jest.restoreAllMocks(); });

describe('a corrected replay', () => {
  it.each(Object.entries(KINDS))('of %s is what the sound delivery gave, with what was said of the report', async (_what, { row, faults, deliver }) => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.keys(faults)), fc.nat(3), async (path, others) => {
      // Quarantine keeps a change of a webhook with its page.
      const inRow = path.replace(/^change\./, '');
      await deliver([...Array<unknown>(others).fill(row), row]);
      const first = deliveries.items.at(-1)!.outcome;
      await deliver([...Array<unknown>(others).fill(row), withValue(row, inRow, faults[path])]);
      const item = deliveries.items.at(-1)!;
      expect([path, first.status, item.outcome.status]).toEqual([path, 'records', 'quarantined']);
      expect(replayed(replaySources, item, { set: { [pointer(path)]: valueAt(row, inRow) } })).toEqual(first);
    }), { numRuns: 30 });
  });

  it('of what a pull asked for goes by the account that is its source', () => {
    const item = { outcome: { status: 'records' as const, records: [] }, source: 'linkedin:99', original: Buffer.from(JSON.stringify(KINDS['analytics of LinkedIn']!.row)), context: { received_at: RECEIVED_AT, index: 0, shared: { account: '99', currency: 'EUR', extractedAt: EXTRACTED_AT } } };
    expect(replayed(replaySources, item, {})).toMatchObject({ status: 'records', records: [{ record: { account_id: '99', currency: 'EUR', extracted_at: EXTRACTED_AT } }] });
    expect(replayed(replaySources, { ...item, context: { ...item.context, shared: { account: '99', currency: 'EUR' } as never } }, {})).toMatchObject({ records: [{ record: { extracted_at: RECEIVED_AT } }] });
  });

  it('keeps every digit of ids', () => {
    const row = '{"account_id":"77","account_currency":"USD","campaign_id":120210000000000011,"date_start":"2026-11-20","date_stop":"2026-11-20","impressions":"1","clicks":"x","spend":"1"}';
    const item = { outcome: { status: 'records' as const, records: [] }, source: 'meta:reports', original: Buffer.from(row), context: { received_at: RECEIVED_AT, index: 0, shared: {} } };
    expect(replayed(replaySources, item, { set: { clicks: '1' } })).toMatchObject({ records: [{ record: { campaign_id: '120210000000000011' } }] });
  });
});
