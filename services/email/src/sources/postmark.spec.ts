import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RECEIVED_AT, expectOutcome, expectOutcomes, split } from '../test/outcomes.js';
import { postmarkEvent } from './postmark.js';

const run = (payload: unknown) => postmarkEvent(payload, { receivedAt: RECEIVED_AT, source: 'postmark:shop' });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const MESSAGE = '883953f4-6105-42a2-a16a-77a8eac79483';

/** The payloads of Postmark's webhook pages. */
const common = { MessageID: MESSAGE, ServerID: 23, MessageStream: 'outbound', Tag: 'welcome-email', Metadata: { a_key: 'a_value' } };
const delivery = { ...common, RecordType: 'Delivery', Recipient: 'john@example.com', DeliveredAt: '2019-11-05T16:33:54.9070259Z', Details: 'Test delivery webhook details' };
const bounce = {
  ...common, RecordType: 'Bounce', ID: 4323372036854775807, Type: 'HardBounce', TypeCode: 1, Name: 'Hard bounce', Description: 'The server was unable to deliver your message (ex: unknown user, mailbox not found).',
  Details: 'Test bounce details', Email: 'john@example.com', From: 'sender@example.com', BouncedAt: '2019-11-05T16:33:54.9070259Z', DumpAvailable: true, Inactive: true, CanActivate: true, Subject: 'Test subject',
};
const complaint = { ...bounce, RecordType: 'SpamComplaint', Type: 'SpamComplaint', TypeCode: 100001, Name: 'Spam complaint', Details: 'Test spam complaint details' };
const open = { ...common, RecordType: 'Open', FirstOpen: true, Recipient: 'john@example.com', ReceivedAt: '2019-11-05T16:33:54.9070259Z', Platform: 'WebMail', ReadSeconds: 5, UserAgent: 'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36' };
const click = { ...common, RecordType: 'Click', ClickLocation: 'HTML', Recipient: 'john@example.com', ReceivedAt: '2019-11-05T16:33:54.9070259Z', Platform: 'Desktop', OriginalLink: 'https://example.com', UserAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_5) AppleWebKit/537.36' };
const change = { ...common, RecordType: 'SubscriptionChange', ChangedAt: '2020-02-01T10:53:34.416071Z', Recipient: 'john@example.com', Origin: 'Recipient', SuppressSending: true, SuppressionReason: 'ManualSuppression' };
const samples = [delivery, bounce, complaint, open, click, change];

describe('a webhook of Postmark', () => {
  it('is an engagement of the hashed recipient, with message and tag', () => {
    expect(split(run(click))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: Date.parse('2019-11-05T16:33:54.907Z'), received_at: RECEIVED_AT, source: 'postmark:shop', identifiers: { email_sha256: sha256('john@example.com') },
      action: 'click', message_id: MESSAGE, campaign_id: 'welcome-email', template_id: null, link_url: 'https://example.com', bounce_class: null, reason: null, is_machine: false, channel: 'email',
    }] });
  });

  it.each([
    [delivery, { action: 'delivered', reason: 'Test delivery webhook details' }],
    [bounce, { action: 'hard_bounce', bounce_class: 'invalid_recipient', reason: 'Test bounce details' }],
    [{ ...bounce, Type: 'Blocked' }, { action: 'soft_bounce', bounce_class: 'reputation' }],
    [{ ...bounce, Type: 'SoftBounce' }, { action: 'soft_bounce', bounce_class: 'mailbox_unavailable' }],
    [{ ...bounce, Type: 'ManuallyDeactivated' }, { action: 'dropped', bounce_class: 'suppressed' }],
    [{ ...bounce, Type: 'SomethingNew' }, { action: 'soft_bounce', bounce_class: 'other' }],
    [open, { action: 'open', is_machine: false, channel: null }],
    [{ ...open, UserAgent: 'Mozilla/5.0' }, { action: 'open', is_machine: true }],
    [{ ...open, UserAgent: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)' }, { action: 'open', is_machine: false }],
    [{ ...click, OriginalLink: 'https://shop.example/?e=john%40example.com&a=1' }, { link_url: 'https://shop.example/?a=1' }],
  ])('tells %j', (payload, expected) => {
    const { engagements, consents } = split(run(payload));
    expect([engagements, consents]).toEqual([[expect.objectContaining(expected)], []]);
  });

  it.each([
    [complaint, ['complaint'], ['withdrawn']],
    [{ ...bounce, Type: 'Unsubscribe' }, ['unsubscribe'], ['withdrawn']],
    [change, ['unsubscribe'], ['withdrawn']],
    [{ ...change, SuppressionReason: 'SpamComplaint' }, [], ['withdrawn']],
    [{ ...change, Origin: 'Admin' }, [], ['withdrawn']],
    [{ ...change, SuppressionReason: 'HardBounce' }, [], []],
    [{ ...change, SuppressSending: false, SuppressionReason: null }, [], ['granted']],
    [{ ...change, SuppressSending: false, SuppressionReason: null, Origin: 'Customer' }, [], []],
    [{ ...bounce, Type: 'AutoResponder' }, [], []],
  ])('decides about consent, and about nothing that the person did not decide: %j', (payload, actions, decisions) => {
    const { engagements, consents } = split(run(payload));
    expect([engagements.map(({ action }) => action), consents.map(({ decision }) => decision)]).toEqual([actions, decisions]);
    for (const consent of consents) expect(consent).toMatchObject({ purpose: 'marketing', channel: 'email', evidence: expect.stringContaining('Postmark') });
  });

  it('keeps its id when it is sent again, and shares it with no other', () => {
    const idOf = (payload: object) => split(run(payload)).engagements[0]!.event_id;
    expect(idOf({ ...click })).toBe(idOf(click));
    expect(new Set([delivery, bounce, complaint, open, click, { ...click, OriginalLink: 'https://example.com/2' }].map(idOf)).size).toBe(6);
  });

  it.each([[{}], [[]], ['text'], [{ RecordType: {} }]])('is refused where it is none: %j', (payload) => {
    expect(run(payload)).toEqual({ status: 'rejected', rejection: { code: 'required', field: 'RecordType', message: expect.any(String) } });
  });

  it.each([
    [{ ...click, RecordType: 'Teleport' }, 'unknown_type', 'RecordType'],
    [{ ...click, ReceivedAt: 'yesterday' }, 'type', 'ReceivedAt'],
    [{ ...click, ReceivedAt: '2099-01-01T00:00:00Z' }, 'range', 'ReceivedAt'],
    [{ ...bounce, Email: 'nobody' }, 'identifier', 'Email'],
  ])('is quarantined where it cannot be read: %j', (payload, code, field) => {
    const outcome = run(payload);
    expect(expectOutcome(outcome)).toBe('quarantined');
    expect(outcome).toMatchObject({ rejection: { code, field } });
  });

  it('gives an outcome whatever it is', () => expectOutcomes(samples, run, ['quarantined', 'records', 'rejected']));
});
