import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Outcome, PaidMediaLeads } from '@tideway/contracts';
import fc from 'fast-check';
import { CONTEXT, EXTRACTED_AT, anyOrDamaged, expectSafe, expectValid } from '../test/outcomes.js';
import { leadChanges, metaLeadChange, metaLeads } from './meta-leads.js';

const value = { leadgen_id: '1234567890123456', page_id: '108451268302248', form_id: '624049654589', adgroup_id: '120210000000000033', ad_id: '120210000000000033', created_time: 1_795_167_000 };
const webhook = { object: 'page', entry: [{ id: '108451268302248', time: 1_795_167_001, changes: [{ field: 'leadgen', value }] }] };
const answered = {
  id: '1234567890123456', created_time: '2026-11-20T09:30:00+0000', ad_id: '120210000000000033', adset_id: '120210000000000022', campaign_id: '120210000000000011', form_id: '624049654589',
  field_data: [{ name: 'email', values: ['Jane@Example.com'] }, { name: 'phone_number', values: ['+49 151 23456789'] }, { name: 'full_name', values: ['Jane Doe'] }],
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const [change] = (leadChanges(webhook) as { rows: unknown[] }).rows;

function recordOf(outcome: Outcome): PaidMediaLeads {
  expectValid(outcome);
  expect(outcome).toMatchObject({ status: 'records', records: [{ product: 'paid-media.leads' }] });
  return (outcome as { records: { record: unknown }[] }).records[0]!.record as PaidMediaLeads;
}

describe('a webhook of leads', () => {
  it('gives a lead without identifiers, as it has none', () => {
    expect(recordOf(metaLeadChange(change, EXTRACTED_AT))).toEqual({
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: 1_795_167_000_000, received_at: EXTRACTED_AT, source: 'meta-leads:108451268302248', identifiers: {}, platform: 'meta', lead_id: '1234567890123456',
      has_answers: false, page_id: '108451268302248', form_id: '624049654589', campaign_id: null, ad_group_id: null, ad_id: '120210000000000033',
    });
  });

  it('keeps its id when it is sent again, and has the older name of the ad', () => {
    const [again] = (leadChanges({ ...webhook, entry: [{ id: 1, changes: [{ field: 'leadgen', value: { ...value, ad_id: 0 } }] }] }) as { rows: unknown[] }).rows;
    const [first, second] = [change, again].map((row) => recordOf(metaLeadChange(row, EXTRACTED_AT)));
    expect(second).toEqual(first);
  });

  it('has no ad where the lead came without one', () => {
    expect(recordOf(metaLeadChange({ page: '1', change: { field: 'leadgen', value: { leadgen_id: 5, created_time: 1_795_167_000, ad_id: 0, adgroup_id: 0 } } }, 0))).toMatchObject({ ad_id: null, page_id: '1' });
  });

  it('is of no interest where the change is of another field', () => {
    expect(metaLeadChange({ page: '1', change: { field: 'feed', value: {} } }, 0)).toEqual({ status: 'records', records: [] });
  });

  it.each([
    ['no lead', { ...value, leadgen_id: undefined }, 'required', 'leadgen_id'],
    ['a time in milliseconds', { ...value, created_time: 1_795_167_000_000 }, 'range', 'created_time'],
    ['no time', { ...value, created_time: undefined }, 'required', 'created_time'],
    ['no value', undefined, 'type', 'value'],
  ])('is quarantined with %s', (_what, broken, code, field) => {
    expect(metaLeadChange({ page: '1', change: { field: 'leadgen', value: broken } }, 0)).toEqual({ status: 'quarantined', product: 'paid-media.leads', rejection: { code, field, message: expect.any(String) } });
  });

  it('is refused where it is none', () => {
    for (const [payload, field] of [[[], 'object'], [{ object: 'user', entry: [] }, 'object'], [{ object: 'page' }, 'entry']] as const) expect(leadChanges(payload)).toMatchObject({ rejection: { field } });
  });

  it('gives valid records or a code for quarantine, whatever comes', () => {
    fc.assert(fc.property(anyOrDamaged([webhook]), (payload) => {
      const found = leadChanges(payload);
      if ('rejection' in found) return expectValid({ status: 'rejected', rejection: found.rejection });
      for (const row of found.rows) {
        const outcome = metaLeadChange(row, EXTRACTED_AT);
        if (outcome.status === 'rejected') throw new Error('Meta would send it again for days');
        expectValid(outcome);
      }
    }), { numRuns: 400 });
  });
});

describe('a lead with its answers', () => {
  it('identifies by hashes of e-mail address and phone number, and keeps no other answer', () => {
    const record = recordOf(metaLeads.outcome(answered, CONTEXT));
    expect(record).toMatchObject({
      occurred_at: Date.UTC(2026, 10, 20, 9, 30), identifiers: { email_sha256: sha256('jane@example.com'), phone_sha256: sha256('+4915123456789') }, has_answers: true,
      campaign_id: '120210000000000011', ad_group_id: '120210000000000022', ad_id: '120210000000000033', page_id: null,
    });
    expect(JSON.stringify(record)).not.toMatch(/jane|doe|23456789"/i);
  });

  it('is another event than the webhook that told of it', () => {
    expect(recordOf(metaLeads.outcome(answered, CONTEXT)).event_id).not.toBe(recordOf(metaLeadChange(change, 0)).event_id);
  });

  it('identifies nobody by an answer that is no address or number', () => {
    const field_data = [{ name: 'email', values: ['none'] }, { name: 'phone_number', values: [] }, { name: 'email' }];
    expect(recordOf(metaLeads.outcome({ ...answered, field_data }, CONTEXT)).identifiers).toEqual({});
  });

  it('takes a time in any offset', () => {
    const times = ['2026-11-20T10:30:00+0100', '2026-11-20T10:30:00+01:00', '2026-11-20T09:30:00Z'].map((created_time) => recordOf(metaLeads.outcome({ ...answered, created_time }, CONTEXT)).occurred_at);
    expect(new Set(times)).toEqual(new Set([Date.UTC(2026, 10, 20, 9, 30)]));
  });

  it('gives valid records or a named rejection, whatever comes', () => {
    expectSafe(metaLeads, [{ data: [answered], paging: {} }], [answered]);
  });
});
