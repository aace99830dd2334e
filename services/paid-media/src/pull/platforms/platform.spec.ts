import { describe, expect, it } from '@jest/globals';
import { replaySources } from '../../replay.js';
import { googleAds } from '../../sources/google-ads.js';
import { rowsBy } from './platform.js';

const EXTRACTED_AT = Date.parse('2026-11-21T05:00:00Z');
const ROW = { customer: { id: '1234567890' }, campaign: { id: '111', name: 'Autumn shoes' }, metrics: { clicks: '340', costMicros: '81250000', impressions: '12000' }, segments: { date: '2026-11-20' } };

describe('a row that was pulled', () => {
  const rowsOf = rowsBy(googleAds, 'google:1234567890', { account: '1234567890', currency: 'USD', timezone: 'Europe/Berlin' });

  it('goes to quarantine with all that a replay needs to give its records', () => {
    const [item] = rowsOf({ results: [{ ...ROW, metrics: { ...ROW.metrics, clicks: 'many' } }] }, EXTRACTED_AT);
    expect(item!.outcome.status).toBe('quarantined');
    const { received_at: receivedAt, index, shared } = item!.context!;
    const replayed = replaySources['google']!(Buffer.from(JSON.stringify(ROW)), { receivedAt, source: item!.source, index, shared: shared! });
    const [sound] = rowsOf({ results: [ROW] }, EXTRACTED_AT);
    expect(replayed.status).toBe('records');
    expect(replayed).toEqual(sound!.outcome);
  });
});
