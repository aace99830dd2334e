// A corrected replay gives the very records that the corrected event would have given at its first delivery.
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { correctedBytes } from '@tideway/intake';
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
