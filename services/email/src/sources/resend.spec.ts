import { describe, expect, it } from '@jest/globals';
import { normaliseIdentifier } from '@tideway/identifiers';
import { engagementOf, expectOutcomes, split } from '../test/outcomes.js';
import { resendEvent } from './resend.js';
import { RESEND } from './resend.samples.js';

const emailHash = (address: string) => (normaliseIdentifier('email_sha256', address) as { value: string }).value;
const ctx = { receivedAt: Date.parse('2026-11-24T06:00:00Z'), source: 'resend:shop', messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek' };
const bounced = (bounce: object) => engagementOf(resendEvent({ ...RESEND.bounced, data: { ...RESEND.bounced.data, bounce } }, ctx));

describe('a webhook of Resend', () => {
  it('is one engagement of its recipient, with broadcast and template', () => {
    expect(split(resendEvent(RESEND.delivered, ctx))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: Date.parse('2026-11-22T23:41:12.126Z'), received_at: ctx.receivedAt, source: 'resend:shop',
      identifiers: { email_sha256: emailHash('delivered@resend.dev') }, action: 'delivered', message_id: '56761188-7520-42d8-8898-ff6fc54ce618',
      campaign_id: '8b146471-e88e-4322-86af-016cd36fd216', template_id: '43f68331-0622-4e15-8202-246a0388854b', link_url: null, bounce_class: null, reason: null, is_machine: false, channel: null,
    }] });
  });

  it.each([
    ['sent', RESEND.sent], ['delivered', RESEND.delivered], ['deferred', RESEND.delayed], ['open', RESEND.opened], ['click', RESEND.clicked],
    ['hard_bounce', RESEND.bounced], ['complaint', RESEND.complained], ['dropped', RESEND.failed], ['dropped', RESEND.suppressed],
  ])('counts as %s', (action, sample) => {
    expect(engagementOf(resendEvent(sample, ctx)).action).toBe(action);
  });

  it('has the link of a click, without personal parameters, and the time of the click itself', () => {
    expect(engagementOf(resendEvent(RESEND.clicked, ctx))).toMatchObject({ link_url: 'https://resend.com', occurred_at: Date.parse('2026-11-24T05:00:57.163Z'), channel: 'email' });
    const personal = { ...RESEND.clicked, data: { ...RESEND.clicked.data, click: { link: 'https://resend.com/?utm_source=x&email=jane@example.com' } } };
    expect(engagementOf(resendEvent(personal, ctx))).toMatchObject({ link_url: 'https://resend.com/?utm_source=x', occurred_at: Date.parse('2026-11-22T23:41:12.126Z') });
  });

  it('is a click by a machine where the user agent is a program', () => {
    const scanner = { ...RESEND.clicked, data: { ...RESEND.clicked.data, click: { link: 'https://resend.com', userAgent: 'curl/8.5.0' } } };
    expect(engagementOf(resendEvent(scanner, ctx))).toMatchObject({ is_machine: true, channel: null });
  });

  it('says why an e-mail did not arrive, and whether for good', () => {
    expect(engagementOf(resendEvent(RESEND.bounced, ctx))).toMatchObject({ action: 'hard_bounce', bounce_class: 'suppressed', reason: expect.stringMatching(/^Permanent: Suppressed: The recipient's/) });
    expect(bounced({ type: 'Transient', subType: 'MailboxFull' })).toMatchObject({ action: 'soft_bounce', bounce_class: 'mailbox_unavailable', reason: 'Transient: MailboxFull' });
    expect(bounced({ type: 'Undetermined', subType: 'Undetermined' })).toMatchObject({ action: 'soft_bounce', bounce_class: 'other' });
    expect(bounced({ message: '550 5.1.1 <jane@example.com> unknown' })).toMatchObject({ action: 'hard_bounce', reason: 'Permanent: 550 5.1.1 <[email]> unknown' });
    expect(engagementOf(resendEvent(RESEND.failed, ctx))).toMatchObject({ bounce_class: 'other', reason: 'reached_daily_quota' });
    expect(engagementOf(resendEvent(RESEND.suppressed, ctx))).toMatchObject({ bounce_class: 'suppressed', reason: expect.stringMatching(/^OnAccountSuppressionList: /) });
  });

  it('to several recipients is an engagement of each, with ids of their own', () => {
    const { engagements } = split(resendEvent({ ...RESEND.sent, data: { ...RESEND.sent.data, to: ['a@example.com', 'Bea <b@example.com>', 'no address'] } }, ctx));
    expect(engagements.map(({ identifiers }) => identifiers['email_sha256'])).toEqual([emailHash('a@example.com'), emailHash('b@example.com')]);
    expect(new Set(engagements.map((engagement) => engagement.event_id)).size).toBe(2);
  });

  it('keeps its id when it is sent again, and another webhook has another', () => {
    const idOf = (change: object) => engagementOf(resendEvent(RESEND.opened, { ...ctx, ...change })).event_id;
    expect(idOf({ receivedAt: ctx.receivedAt + 60_000 })).toBe(idOf({}));
    expect(new Set([{}, { messageId: 'msg_2' }, { source: 'resend:outlet' }].map(idOf)).size).toBe(3);
  });
});

describe('consent', () => {
  it('is withdrawn by a complaint', () => {
    const { engagements, consents } = split(resendEvent(RESEND.complained, ctx));
    expect(consents).toEqual([expect.objectContaining({
      identifiers: engagements[0]!.identifiers, occurred_at: engagements[0]!.occurred_at, purpose: 'marketing', channel: 'email', decision: 'withdrawn', legal_basis: 'consent',
      evidence: 'Resend: email.complained, e-mail 56761188-7520-42d8-8898-ff6fc54ce618',
    })]);
  });

  it('is withdrawn by a contact that has unsubscribed, and not granted by one that has not', () => {
    const contact = (unsubscribed: boolean) => split(resendEvent({ ...RESEND.contactUpdated, data: { ...RESEND.contactUpdated.data, unsubscribed } }, ctx));
    expect(contact(true)).toEqual({ engagements: [], consents: [expect.objectContaining({ decision: 'withdrawn', identifiers: { email_sha256: emailHash('steve.wozniak@gmail.com') }, occurred_at: Date.parse('2026-10-11T23:47:56.678Z') })] });
    expect(contact(false)).toEqual({ engagements: [], consents: [] });
  });
});

describe('a webhook of which no record can be made', () => {
  it('is taken without one where it is about something else', () => {
    for (const sample of [RESEND.topicsUpdated, RESEND.suppressionAdded, { type: 'domain.created' }, { type: 'email.received' }]) expect(resendEvent(sample, ctx)).toEqual({ status: 'records', records: [] });
  });

  it('is rejected where it is none of Resend, and quarantined where it cannot be read', () => {
    for (const other of [null, [], 'x', {}, { type: 7.5 }]) expect(resendEvent(other, ctx)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'type' } });
    const quarantined = (payload: object) => resendEvent({ ...RESEND.sent, ...payload }, ctx);
    expect(quarantined({ type: 'email.teleported' })).toMatchObject({ status: 'quarantined', rejection: { code: 'unknown_type', field: 'type' } });
    expect(quarantined({ created_at: 'yesterday' })).toMatchObject({ status: 'quarantined', rejection: { code: 'type', field: 'created_at' } });
    expect(quarantined({ created_at: '2027-11-22T23:41:12.126Z' })).toMatchObject({ status: 'quarantined', rejection: { code: 'range', field: 'created_at' } });
    expect(quarantined({ data: { to: ['nobody'] } })).toMatchObject({ status: 'quarantined', rejection: { code: 'identifier', field: 'data.to' } });
  });

  it('gives an outcome whatever it holds, and only valid records that tell nobody', () => expectOutcomes(Object.values(RESEND), (payload) => {
    const outcome = resendEvent(payload, ctx);
    expect(JSON.stringify(outcome)).not.toMatch(/@resend\.dev|@gmail\.com|122\.115\.53\.11/);
    return outcome;
  }, ['quarantined', 'records', 'rejected']));
});
