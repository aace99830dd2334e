import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RECEIVED_AT, expectOutcome, expectOutcomes, split } from '../test/outcomes.js';
import { sesEvent } from './ses.js';

const run = (payload: unknown) => sesEvent(JSON.stringify(payload) ?? '', { receivedAt: RECEIVED_AT, source: 'ses:123456789012' });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const EMAIL = sha256('recipient@example.com');
const MESSAGE = 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000';

/** The records of the SES Developer Guide, without the headers, which nothing is read from. */
const mail = {
  timestamp: '2017-08-05T00:40:02.012Z', source: 'Sender Name <sender@example.com>', sendingAccountId: '123456789012', messageId: MESSAGE, destination: ['recipient@example.com'],
  tags: { 'ses:configuration-set': ['ConfigSet'], 'ses:source-ip': ['192.0.2.0'], campaign: ['autumn'], template: ['newsletter'] },
};
const send = { eventType: 'Send', mail, send: {} };
const delivery = { eventType: 'Delivery', mail, delivery: { timestamp: '2016-10-19T23:21:04.133Z', processingTimeMillis: 11893, recipients: ['recipient@example.com'], smtpResponse: '250 2.6.0 Message received', reportingMTA: 'mta.example.com' } };
const delay = { eventType: 'DeliveryDelay', mail, deliveryDelay: { timestamp: '2020-06-16T00:25:40.095Z', delayType: 'TransientCommunicationFailure', expirationTime: '2020-06-16T00:25:40.914Z', delayedRecipients: [{ emailAddress: 'recipient@example.com', status: '4.4.1', diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host' }] } };
const bounced = { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients: [{ emailAddress: 'recipient@example.com', action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 <recipient@example.com> user unknown' }], timestamp: '2017-08-05T00:41:02.669Z', feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000' };
const bounce = { eventType: 'Bounce', bounce: bounced, mail };
const complained = { complainedRecipients: [{ emailAddress: 'recipient@example.com' }], timestamp: '2017-08-05T00:41:02.669Z', feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000001', complaintFeedbackType: 'abuse' };
const complaint = { eventType: 'Complaint', complaint: complained, mail };
const reject = { eventType: 'Reject', mail, reject: { reason: 'Bad content' } };
const failure = { eventType: 'Rendering Failure', mail: { ...mail, tags: {} }, failure: { errorMessage: "Attribute 'attributeName' is not present in the rendering data.", templateName: 'MyTemplate' } };
const opened = { ipAddress: '192.0.2.1', timestamp: '2017-08-09T22:00:19.652Z', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 (KHTML, like Gecko) Mobile/14G60' };
const open = { eventType: 'Open', mail, open: opened };
const clicked = { ...opened, link: 'http://docs.aws.amazon.com/ses/latest/DeveloperGuide/send-email-smtp.html', linkTags: { samplekey0: ['samplevalue0'] } };
const click = { eventType: 'Click', mail, click: clicked };
const topic = (subscriptionStatus: string) => [{ topicName: 'ExampleTopicName', subscriptionStatus }];
const preferences = (before: object, after: object) => ({ eventType: 'Subscription', mail, subscription: { contactList: 'ContactListName', timestamp: '2022-01-12T01:00:17.910Z', source: 'UnsubscribeHeader', newTopicPreferences: after, oldTopicPreferences: before } });
const left = preferences({ unsubscribeAll: false, topicSubscriptionStatus: topic('OptOut') }, { unsubscribeAll: true, topicSubscriptionStatus: topic('OptOut') });
const samples = [send, delivery, delay, bounce, complaint, reject, failure, open, click, left];

describe('an event of Amazon SES', () => {
  it('is an engagement of the hashed recipient, with message, campaign and template by their tags', () => {
    expect(split(run(click))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: Date.parse('2017-08-09T22:00:19.652Z'), received_at: RECEIVED_AT, source: 'ses:123456789012', identifiers: { email_sha256: EMAIL },
      action: 'click', message_id: MESSAGE, campaign_id: 'autumn', template_id: 'newsletter', link_url: clicked.link, bounce_class: null, reason: null, is_machine: false, channel: 'email',
    }] });
  });

  it.each([
    [send, { action: 'sent', occurred_at: Date.parse(mail.timestamp) }],
    [delivery, { action: 'delivered', reason: '250 2.6.0 Message received' }],
    [delay, { action: 'deferred', bounce_class: 'unreachable', reason: 'smtp; 421 4.4.1 Unable to connect to remote host' }],
    [bounce, { action: 'hard_bounce', bounce_class: 'invalid_recipient', reason: 'smtp; 550 5.1.1 <[email]> user unknown' }],
    [{ ...bounce, eventType: undefined, notificationType: 'Bounce' }, { action: 'hard_bounce' }],
    [{ ...bounce, bounce: { ...bounced, bounceType: 'Transient', bounceSubType: 'MailboxFull' } }, { action: 'soft_bounce', bounce_class: 'mailbox_unavailable' }],
    [{ ...bounce, bounce: { ...bounced, bounceSubType: 'OnAccountSuppressionList' } }, { action: 'dropped', bounce_class: 'suppressed' }],
    [{ ...complaint, complaint: { ...complained, complaintSubType: 'OnAccountSuppressionList' } }, { action: 'dropped', bounce_class: 'suppressed' }],
    [reject, { action: 'dropped', bounce_class: 'content', reason: 'Bad content' }],
    [failure, { action: 'dropped', bounce_class: 'other', template_id: 'MyTemplate', campaign_id: null }],
    [open, { action: 'open', is_machine: false, channel: null }],
    [{ ...open, open: { ...opened, userAgent: 'Mozilla/5.0' } }, { action: 'open', is_machine: true }],
    [{ ...open, open: { ...opened, isBotEvent: 'Likely' } }, { action: 'open', is_machine: true }],
    [{ ...click, click: { ...clicked, isBotEvent: 'Unlikely' } }, { action: 'click', is_machine: false, channel: 'email' }],
  ])('tells %j', (event, expected) => {
    const { engagements, consents } = split(run(event));
    expect([engagements, consents]).toEqual([[expect.objectContaining(expected)], []]);
  });

  it.each([
    [complaint, ['complaint'], ['withdrawn']],
    [{ ...complaint, complaint: { ...complained, complaintFeedbackType: 'not-spam' } }, [], []],
    [left, ['unsubscribe'], ['withdrawn']],
    [preferences({ topicSubscriptionStatus: topic('OptIn') }, { unsubscribeAll: false, topicSubscriptionStatus: topic('OptOut') }), ['unsubscribe'], ['withdrawn']],
    [preferences({ topicSubscriptionStatus: topic('OptOut') }, { unsubscribeAll: false, topicSubscriptionStatus: topic('OptIn') }), [], ['granted']],
    [preferences({ unsubscribeAll: true }, { unsubscribeAll: false }), [], ['granted']],
    [preferences({ unsubscribeAll: false }, { unsubscribeAll: false }), [], []],
  ])('decides about consent: %j', (event, actions, decisions) => {
    const { engagements, consents } = split(run(event));
    expect([engagements.map(({ action }) => action), consents.map(({ decision }) => decision)]).toEqual([actions, decisions]);
    for (const consent of consents) expect(consent).toMatchObject({ purpose: 'marketing', channel: 'email', identifiers: { email_sha256: EMAIL }, evidence: expect.stringContaining('Amazon SES') });
  });

  it('is one record for each of its recipients, with an id of its own that stays', () => {
    const both = { ...delivery, delivery: { ...delivery.delivery, recipients: ['recipient@example.com', 'Jane <jane@example.com>'] } };
    const { engagements } = split(run(both));
    expect(engagements.map(({ identifiers }) => identifiers)).toEqual([{ email_sha256: EMAIL }, { email_sha256: sha256('jane@example.com') }]);
    expect(new Set(engagements.map(({ event_id }) => event_id)).size).toBe(2);
    expect(split(run(delivery)).engagements[0]!.event_id).toBe(engagements[0]!.event_id);
  });

  it("is none where SES greets a new topic with a text", () => {
    expect(sesEvent('Successfully validated SNS topic for Amazon SES event publishing.', { receivedAt: RECEIVED_AT, source: 'ses:1' })).toEqual({ status: 'records', records: [] });
  });

  it.each([
    [{ ...open, mail: { ...mail, destination: ['recipient@example.com', 'jane@example.com'] } }, 'identifier', 'mail.destination'],
    [{ ...open, mail: { ...mail, destination: [] } }, 'required', 'mail.destination'],
    [{ ...open, mail: { ...mail, messageId: undefined } }, 'required', 'mail.messageId'],
    [{ ...open, open: { ...opened, timestamp: '2017-08-09' } }, 'type', 'open.timestamp'],
    [{ ...open, open: { ...opened, timestamp: '2099-08-09T00:00:00Z' } }, 'range', 'open.timestamp'],
    [{ ...bounce, bounce: { ...bounced, bouncedRecipients: [{ emailAddress: 'nobody' }] } }, 'identifier', 'bounce.bouncedRecipients'],
    [{ ...open, eventType: 'Teleport' }, 'unknown_type', 'eventType'],
    [{}, 'required', 'eventType'],
  ])('is quarantined where it cannot be read: %j', (event, code, field) => {
    const outcome = run(event);
    expect(expectOutcome(outcome)).toBe('quarantined');
    expect(outcome).toMatchObject({ rejection: { code, field } });
  });

  it('gives an outcome whatever it is', () => expectOutcomes(samples, run, ['quarantined', 'records']));
});
