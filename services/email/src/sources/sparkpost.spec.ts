import { describe, expect, it } from '@jest/globals';
import { normaliseIdentifier } from '@tideway/identifiers';
import { engagementOf, expectOutcomes, split } from '../test/outcomes.js';
import { bounceOf } from './sparkpost-bounce.js';
import { sparkpostEvent } from './sparkpost.js';
import { SPARKPOST } from './sparkpost.samples.js';

const emailHash = (address: string) => (normaliseIdentifier('email_sha256', address) as { value: string }).value;
const ctx = { receivedAt: 1_795_000_000_000, source: 'sparkpost:shop', batchId: '6f4b3d2a-1e5c-4d7a-9f8b-2c3d4e5f6a7b', index: 0 };
type Sample = { msys: Record<string, object> };
/** A sample with other values in its event. */
function changed(sample: object, change: object): Sample {
  const [name, event] = Object.entries((sample as Sample).msys)[0]!;
  return { msys: { [name]: { ...event, ...change } } };
}

describe('an event of SparkPost', () => {
  it('has message, campaign and template', () => {
    expect(split(sparkpostEvent(SPARKPOST.delivery, ctx))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: 1460989507000, received_at: ctx.receivedAt, source: 'sparkpost:shop', identifiers: { email_sha256: emailHash('recipient@example.com') },
      action: 'delivered', message_id: '000443ee14578172be22', campaign_id: 'Example Campaign Name', template_id: 'templ-1234', link_url: null, bounce_class: null, reason: null, is_machine: false, channel: null,
    }] });
  });

  it.each<[string, object]>([
    ['sent', SPARKPOST.injection], ['delivered', SPARKPOST.delivery], ['deferred', SPARKPOST.delay], ['soft_bounce', SPARKPOST.bounce], ['hard_bounce', SPARKPOST.outOfBand],
    ['complaint', SPARKPOST.spamComplaint], ['dropped', SPARKPOST.policyRejection], ['dropped', SPARKPOST.generationFailure], ['dropped', changed(SPARKPOST.generationFailure, { type: 'generation_rejection' })],
    ['open', SPARKPOST.open], ['open', SPARKPOST.initialOpen], ['open', changed(SPARKPOST.open, { type: 'amp_open' })], ['open', changed(SPARKPOST.open, { type: 'amp_initial_open' })],
    ['click', SPARKPOST.click], ['click', changed(SPARKPOST.click, { type: 'amp_click' })], ['unsubscribe', SPARKPOST.listUnsubscribe], ['unsubscribe', SPARKPOST.linkUnsubscribe],
  ])('counts as %s', (action, sample) => {
    expect(engagementOf(sparkpostEvent(sample, ctx)).action).toBe(action);
  });

  it('is by a machine where a mail client fetched the pixel ahead, or the user agent is a program', () => {
    const machine = (sample: object) => engagementOf(sparkpostEvent(sample, ctx)).is_machine;
    expect([SPARKPOST.initialOpen, changed(SPARKPOST.click, { user_agent: 'curl/8.5.0' })].map(machine)).toEqual([true, true]);
    expect([SPARKPOST.open, SPARKPOST.click, changed(SPARKPOST.open, { user_agent_parsed: { is_proxy: true, is_prefetched: false } })].map(machine)).toEqual([false, false, false]);
  });

  it('has the link of a click, without personal parameters, and none where it unsubscribes', () => {
    expect(engagementOf(sparkpostEvent(changed(SPARKPOST.click, { target_link_url: 'http://example.com/?a=1&email=recipient@example.com' }), ctx))).toMatchObject({ link_url: 'http://example.com/?a=1', channel: 'email' });
    expect(engagementOf(sparkpostEvent(SPARKPOST.linkUnsubscribe, ctx)).link_url).toBeNull();
  });

  it('says why an e-mail did not arrive, with the reason that SparkPost has freed of details', () => {
    expect(engagementOf(sparkpostEvent(SPARKPOST.bounce, ctx))).toMatchObject({ bounce_class: 'other', reason: 'Undetermined: MAIL REFUSED - IP (a.b.c.d) is in black list' });
    expect(engagementOf(sparkpostEvent(SPARKPOST.outOfBand, ctx))).toMatchObject({ bounce_class: 'invalid_recipient', reason: 'Invalid Recipient: 550 5.1.1 unknown user' });
    expect(engagementOf(sparkpostEvent(SPARKPOST.policyRejection, ctx))).toMatchObject({ bounce_class: 'policy', reason: expect.stringContaining('The recipient is invalid') });
    expect(engagementOf(sparkpostEvent(SPARKPOST.generationFailure, ctx))).toMatchObject({ bounce_class: 'content', message_id: '' });
    expect(engagementOf(sparkpostEvent(SPARKPOST.spamComplaint, ctx)).reason).toBe('abuse');
  });

  it('keeps its id when its batch is sent again, whatever batch and place it is in; without an event_id these are its id', () => {
    const idOf = (sample: object, change: object = {}) => engagementOf(sparkpostEvent(sample, { ...ctx, ...change })).event_id;
    expect(idOf(SPARKPOST.click, { batchId: 'other', index: 7 })).toBe(idOf(SPARKPOST.click));
    const without = changed(SPARKPOST.click, { event_id: undefined });
    expect(idOf(without, { receivedAt: ctx.receivedAt + 60_000 })).toBe(idOf(without));
    expect(new Set([idOf(SPARKPOST.click), idOf(SPARKPOST.click, { source: 'sparkpost:outlet' }), idOf(changed(SPARKPOST.click, { event_id: 'b' })), idOf(without), idOf(without, { index: 1 }), idOf(without, { batchId: 'other' })]).size).toBe(6);
  });
});

describe('the class of a bounce', () => {
  it.each([['10', 'hard_bounce', 'invalid_recipient'], ['30', 'hard_bounce', 'invalid_recipient'], ['90', 'hard_bounce', 'other'], ['22', 'soft_bounce', 'mailbox_unavailable'], ['51', 'soft_bounce', 'reputation'], ['52', 'soft_bounce', 'content'], ['25', 'dropped', 'policy'], ['1', 'soft_bounce', 'other']])(
    '%s is %s, %s', (code, action, bounceClass) => {
      expect(bounceOf(code, undefined)).toEqual({ action, bounceClass, reason: expect.stringMatching(/^[A-Z]/) });
    });

  it('that is missing or new is soft', () => {
    expect(bounceOf(undefined, 'x')).toEqual({ action: 'soft_bounce', bounceClass: 'other', reason: 'Undetermined: x' });
    expect(bounceOf('999', undefined)).toEqual({ action: 'soft_bounce', bounceClass: 'other', reason: 'Class 999' });
  });
});

describe('consent', () => {
  it.each<[string, object, string]>([
    ['the unsubscription of a mail client', SPARKPOST.listUnsubscribe, 'SparkPost: list_unsubscribe, message 000443ee14578172be22'],
    ['the link to unsubscribe', SPARKPOST.linkUnsubscribe, 'SparkPost: link_unsubscribe, message 000443ee14578172be22'],
    ['a complaint', SPARKPOST.spamComplaint, 'SparkPost: spam_complaint, message 000443ee14578172be22'],
  ])('is withdrawn by %s', (_name, sample, evidence) => {
    expect(split(sparkpostEvent(sample, ctx)).consents).toEqual([expect.objectContaining({ identifiers: { email_sha256: emailHash('recipient@example.com') }, purpose: 'marketing', channel: 'email', decision: 'withdrawn', evidence })]);
  });
});

describe('an element of which no record can be made', () => {
  it('is taken without one where it tries the webhook out, or is about something else than e-mails', () => {
    for (const sample of [SPARKPOST.validation, SPARKPOST.relay, changed(SPARKPOST.delivery, { type: 'sms_status' }), changed(SPARKPOST.delivery, { delv_method: 'apn' })]) expect(sparkpostEvent(sample, ctx)).toEqual({ status: 'records', records: [] });
  });

  it('is rejected where it is none of SparkPost, and quarantined where it cannot be read', () => {
    for (const other of [null, [], 'x', {}, { msys: [] }]) expect(sparkpostEvent(other, ctx)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'msys' } });
    const quarantined = (change: object, batchId = ctx.batchId) => sparkpostEvent(changed(SPARKPOST.click, change), { ...ctx, batchId });
    expect(quarantined({ type: 'teleported' })).toMatchObject({ status: 'quarantined', rejection: { code: 'unknown_type', field: 'msys.track_event.type' } });
    expect(quarantined({ type: undefined })).toMatchObject({ status: 'quarantined', rejection: { code: 'required', field: 'msys.track_event.type' } });
    expect(quarantined({ timestamp: 'now' })).toMatchObject({ status: 'quarantined', rejection: { code: 'type', field: 'msys.track_event.timestamp' } });
    expect(quarantined({ timestamp: '1800000000' })).toMatchObject({ status: 'quarantined', rejection: { code: 'range', field: 'msys.track_event.timestamp' } });
    expect(quarantined({ rcpt_to: 'nobody' })).toMatchObject({ status: 'quarantined', rejection: { code: 'identifier', field: 'msys.track_event.rcpt_to' } });
    expect(quarantined({ event_id: undefined }, '')).toMatchObject({ status: 'quarantined', rejection: { code: 'required', field: 'msys.track_event.event_id' } });
  });

  it('gives an outcome whatever it holds, and only valid records that tell nobody', () => expectOutcomes(Object.values(SPARKPOST), (payload) => {
    const outcome = sparkpostEvent(payload, ctx);
    expect(JSON.stringify(outcome)).not.toMatch(/recipient@example/);
    return outcome;
  }, ['quarantined', 'records', 'rejected']));
});
