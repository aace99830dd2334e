// A corrected replay gives the very records that the corrected event would have given at its first delivery.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Deliveries, correctedBytes, nativeRequest, replayed } from '@tideway/intake';
import type { Config } from './config.js';
import { Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';
import { hubspotEvent, importLine } from './sources/index.js';

const RECEIVED_AT = 1_795_000_000_000;
const envelope = { eventId: 3816279340, subscriptionId: 25, portalId: 33, appId: 1160452, occurredAt: 1462216307945, attemptNumber: 0, changeSource: 'CRM_UI' };
const sample = fc.constantFrom<Record<string, unknown>>(
  { ...envelope, objectId: 1246965, propertyName: 'lifecyclestage', propertyValue: 'subscriber', subscriptionType: 'contact.propertyChange' },
  { ...envelope, objectId: 77, propertyName: 'amount', propertyValue: '1500.50', subscriptionType: 'deal.propertyChange' },
  { ...envelope, objectId: 1246978, changeFlag: 'NEW', subscriptionType: 'contact.creation' },
);

describe('a corrected replay', () => {
  it('of any damaged HubSpot event is what the sound one would have given, ids included', () => {
    let quarantined = 0;
    fc.assert(fc.property(sample, fc.constantFrom('occurredAt', 'objectId', 'portalId', 'eventId'), fc.constantFrom<unknown>(null, 'x', -1, {}, [1]), (sound, field, wrong) => {
      const original = Buffer.from(JSON.stringify({ ...sound, [field]: wrong }));
      if (hubspotEvent(JSON.parse(original.toString()), { receivedAt: RECEIVED_AT }).status === 'quarantined') quarantined += 1;
      const outcome = replaySources['hubspot']!(correctedBytes(original, { set: { [field]: sound[field] } }), { receivedAt: RECEIVED_AT, source: 'hubspot', index: 4, shared: {} });
      expect(outcome).toEqual(hubspotEvent(sound, { receivedAt: RECEIVED_AT }));
      expect(outcome.status).toBe('records');
    }), { numRuns: 150 });
    expect(quarantined).toBeGreaterThan(30);
  });

  it('of a line of an import is what the sound line would have given, by account and platform', () => {
    const line = { type: 'contact', id: '9101', email: 'jane@example.com', stage: 'customer', updated_at: '2026-11-18T09:30:00Z' };
    fc.assert(fc.property(fc.constantFrom('email', 'stage', 'updated_at') as fc.Arbitrary<keyof typeof line>, fc.jsonValue(), fc.constantFrom('hubspot', undefined), (field, wrong, platform) => {
      const original = Buffer.from(JSON.stringify({ ...line, [field]: wrong }));
      const outcome = replaySources['import']!(correctedBytes(original, { set: { [field]: line[field] } }), { receivedAt: RECEIVED_AT, source: 'import:62515', index: 8, shared: platform ? { platform } : {} });
      expect(outcome).toEqual(importLine(Buffer.from(JSON.stringify(line)), 1, { receivedAt: RECEIVED_AT, source: 'import:62515', accountId: '62515', ...(platform === 'hubspot' ? { platform } : {}) }));
      expect(outcome.status).toBe('records');
    }), { numRuns: 40 });
  });
});

describe('a corrected replay, after its route,', () => {
  const deliveries = new Deliveries();
  const pipeline = new Pipeline({} as Config, deliveries.intake);
  beforeAll(() => { jest.spyOn(Date, 'now').mockReturnValue(RECEIVED_AT); });
  afterAll(() => { jest.restoreAllMocks(); });

  const header = { entityName: 'Contact', recordIds: ['0035f00001YLXpmAAH'], changeType: 'UPDATE', transactionKey: '00006bec-ce66-0611-9018-30a98446c9f2', sequenceNumber: 1, commitTimestamp: 1714156685000, changedFields: ['Email'] };
  const faults = fc.constantFrom<[keyof typeof header, unknown]>(['commitTimestamp', 'once'], ['changeType', 'GAP_CREATE'], ['recordIds', []], ['transactionKey', null], ['changeType', 'DIVINED']);

  it('of a change event of Salesforce is what the sound one gave, ids included', async () => {
    await fc.assert(fc.asyncProperty(faults, fc.nat(2), fc.boolean(), async ([field, wrong], others, asList) => {
      const event = (change: object) => ({ ChangeEventHeader: { ...header, ...change }, Email: 'jane@example.com' });
      const send = (last: object) => pipeline.salesforce(nativeRequest(JSON.stringify(asList ? [...Array<object>(others).fill(event({ transactionKey: 'other' })), last] : last)), { key: 'import', account: '00D5f' });
      await send(event({}));
      const first = deliveries.items.at(-1)!.outcome;
      await send(event({ [field]: wrong }));
      const item = deliveries.items.at(-1)!;
      expect([first.status, item.outcome.status]).toEqual(['records', 'quarantined']);
      expect(replayed(replaySources, item, { set: { [`ChangeEventHeader.${field}`]: header[field] } })).toEqual(first);
    }), { numRuns: 60 });
  });

  it('of a webhook of Pipedrive is what the sound one gave, ids included, by the key that it came with', async () => {
    const meta = { action: 'change', company_id: '8087566', entity_id: '8', entity: 'person', id: '7c812ffd-8f50-45ea-a597-b8fcba2da9c0', timestamp: '2022-11-24T15:18:35.616Z', version: '2.0', attempt: 1 };
    const data = { id: 8, label: 3, marketing_status: 'unsubscribed', emails: [{ label: 'work', value: 'jane@example.com', primary: true }] };
    const keys = new Pipeline({ PIPEDRIVE_WEBHOOK_KEYS: [{ name: 'shop', hash: createHash('sha256').update('secret').digest() }] } as Config, deliveries.intake);
    const headers = { authorization: `Basic ${Buffer.from('shop:secret').toString('base64')}` };
    const send = (change: object) => keys.pipedrive(nativeRequest(JSON.stringify({ data, previous: { label: null, marketing_status: 'subscribed' }, meta: { ...meta, ...change } }), { headers }));
    const damage = fc.constantFrom<[keyof typeof meta, unknown]>(['timestamp', 'once'], ['action', 'divined'], ['entity_id', {}], ['company_id', null], ['id', [1]]);
    await fc.assert(fc.asyncProperty(damage, async ([field, wrong]) => {
      await send({});
      const first = deliveries.items.at(-1)!.outcome;
      await send({ [field]: wrong });
      const item = deliveries.items.at(-1)!;
      expect([first.status, item.outcome.status]).toEqual(['records', 'quarantined']);
      expect(replayed(replaySources, item, { set: { [`meta.${field}`]: meta[field] } })).toEqual(first);
    }), { numRuns: 30 });
  });

  it('of a row of CSV is what the sound row gave, corrected as the line that it is kept as', async () => {
    const row = { id: '9101', email: 'jane@example.com', stage: 'customer', 'properties.industry': 'Retail, "food"', 'properties.__proto__': 'x', updated_at: '2026-11-18T09:30:00Z', user_id: '' };
    const quoted = (cells: string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
    const send = (cells: object, platform?: 'hubspot') => pipeline.import(nativeRequest(`${quoted(Object.keys(cells))}\n${quoted(Object.values(cells))}\n`, { headers: { 'content-type': 'text/csv' } }), { key: 'import', account: '62515', platform, type: 'contact', dryRun: false });
    await fc.assert(fc.asyncProperty(fc.constantFrom('hubspot' as const, undefined), fc.stringMatching(/^[a-z]{1,12}$/), async (platform, stage) => {
      await send(row, platform);
      const first = deliveries.items.at(-1)!.outcome;
      expect(first.status).toBe('records');
      await send({ ...row, stage }, platform);
      expect(replayed(replaySources, deliveries.items.at(-1)!, { set: { stage: 'customer' } })).toEqual(first);
      expect(replayed(replaySources, deliveries.items.at(-1)!, {})).toEqual(deliveries.items.at(-1)!.outcome);
    }), { numRuns: 30 });
  });
});
