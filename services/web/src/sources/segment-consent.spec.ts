import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Records } from '@tideway/contracts';
import { segmentEvent } from './segment.js';
import { CONSENT_UPDATED, PAGE } from './segment.samples.js';

const ctx = { receivedAt: Date.parse('2026-11-20T12:00:00.000Z'), source: 'segment:shop' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function records(message: unknown) {
  const outcome = segmentEvent(message, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  return outcome.records;
}

const consents = (message: unknown) => records(message).filter((r) => r.product === 'web.consents').map((r) => r.record as Records['web.consents']);
const idsOf = (all: ReturnType<typeof records>) => all.map(({ record }) => (record as Records['web.consents']).event_id);
const withPreferences = (categoryPreferences: unknown) => ({ ...PAGE, context: { consent: { categoryPreferences } } });

describe('the consent event', () => {
  it('as the documentation shows it gives one decision per purpose, and nothing else', () => {
    expect(records(CONSENT_UPDATED).every((record) => record.product === 'web.consents')).toBe(true);
    expect(consents(CONSENT_UPDATED).map(({ purpose, decision, channel, legal_basis, occurred_at }) => ({ purpose, decision, channel, legal_basis, occurred_at }))).toEqual(
      [['advertising', 'granted'], ['analytics', 'denied'], ['personalization', 'granted']].map(([purpose, decision]) => ({ purpose, decision, channel: 'any', legal_basis: 'consent', occurred_at: Date.parse('2023-01-01T00:00:00.000Z') })));
    expect(consents(CONSENT_UPDATED)[0]!.identifiers).toEqual({ user_id: 'u123', anonymous_id: '23adfd82-aa0f-45a7-a756-24f2a7a4c895', email_sha256: sha256('peter@example.com') });
  });

  it('may have its former name', () => {
    expect(consents({ ...CONSENT_UPDATED, event: 'Segment Consent Preference' })).toHaveLength(3);
  });

  it('without a decision that can be read is refused', () => {
    expect(segmentEvent({ ...CONSENT_UPDATED, context: {} }, ctx)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'context.consent.categoryPreferences' } });
    expect(segmentEvent({ ...CONSENT_UPDATED, context: { consent: { categoryPreferences: { C0001: true } } } }, ctx)).toMatchObject({ status: 'quarantined', product: 'web.consents', rejection: { code: 'unknown_category' } });
  });
});

describe('consent in the context of any call', () => {
  it('comes beside the event, with ids of its own that survive a resend', () => {
    const all = records(withPreferences({ Marketing: true, analytics: false }));
    expect(all.map((record) => record.product)).toEqual(['web.page-views', 'web.consents', 'web.consents']);
    const ids = idsOf(all);
    expect(new Set(ids).size).toBe(3);
    expect(idsOf(records(withPreferences({ Marketing: true, analytics: false })))).toEqual(ids);
  });

  it('is denied for a purpose as soon as one of its categories is', () => {
    expect(consents(withPreferences({ ad_storage: true, ad_user_data: false }))).toMatchObject([
      { purpose: 'advertising', decision: 'denied', evidence: expect.stringMatching(/^event [0-9a-f-]{36}, context.consent.categoryPreferences: ad_storage=true, ad_user_data=false$/) },
    ]);
  });

  it.each([[{ DataSharing: true }], [{}], [{ analytics: 'true' }], [[true]], ['analytics'], [{ constructor: true }]])('of %j decides nothing', (preferences) => {
    expect(consents(withPreferences(preferences))).toEqual([]);
  });
});
