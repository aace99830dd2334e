import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RECEIVED_AT, expectOutcome, expectOutcomes, split } from '../test/outcomes.js';
import { sendgridEvent } from './sendgrid.js';

const ctx = { receivedAt: RECEIVED_AT, source: 'sendgrid:shop' };
const run = (payload: unknown) => sendgridEvent(payload, ctx);
const EMAIL = createHash('sha256').update('alex@example.com').digest('hex');
const MESSAGE = '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0';
const AGENT = 'Mozilla/4.0 (compatible; MSIE 6.1; Windows XP; .NET CLR 1.1.4322; .NET CLR 2.0.50727)';

/** The events of SendGrid's reference. */
const common = { email: 'alex@example.com', timestamp: 1513299569, 'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>', category: 'cat facts', sg_message_id: MESSAGE };
const processed = { ...common, pool: { name: 'new_MY_test', id: 210 }, event: 'processed', sg_event_id: 'rbtnWrG1DVDGGGFHFyun0A==' };
const deferred = { ...common, event: 'deferred', sg_event_id: 't7LEShmowp86DTdUW8M-GQ==', response: '400 try again later', attempt: '5' };
const delivered = { ...common, event: 'delivered', sg_event_id: 'rWVYmVk90MjZJ9iohOBa3w==', response: '250 OK' };
const bounce = { ...common, event: 'bounce', bounce_classification: 'Invalid Address', sg_event_id: '6g4ZI7SA-xmRDv57GoPIPw==', reason: '500 unknown recipient', status: '5.0.0', type: 'bounce' };
const dropped = { ...common, event: 'dropped', sg_event_id: 'zmzJhfJgAfUSOW80yEbPyw==', reason: 'Bounced Address', status: '5.0.0' };
const open = { ...common, event: 'open', sg_machine_open: false, sg_event_id: 'FOTFFO0ecsBE-zxFXfs6WA==', useragent: AGENT, ip: '255.255.255.255' };
const click = { ...common, event: 'click', sg_event_id: 'kCAi1KttyQdEKHhdC-nuEA==', useragent: AGENT, ip: '255.255.255.255', url: 'http://www.sendgrid.com/', url_offset: { index: 0, type: 'html' } };
const spamreport = { ...common, event: 'spamreport', sg_event_id: '37nvH5QBz858KGVYCM4uOA==' };
const unsubscribe = { ...common, event: 'unsubscribe', sg_event_id: 'zz_BjPgU_5pS-J8vlfB1sg==' };
const group = { ...common, useragent: AGENT, ip: '255.255.255.255', url: 'http://www.example.com/', asm_group_id: 10 };
const groupUnsubscribe = { ...group, event: 'group_unsubscribe', sg_event_id: 'ahSCB7xYcXFb-hEaawsPRw==' };
const groupResubscribe = { ...group, event: 'group_resubscribe', sg_event_id: 'w_u0vJhLT-OFfprar5N93g==' };
const account = { event: 'account_status_change', sg_event_id: 'MjEzNTg5OTcyOC10ZXJtaW5hdGUtMTcwNzg1MTUzMQ', timestamp: 1709142428, type: 'compliance_suspend' };
const samples = [processed, deferred, delivered, bounce, dropped, open, click, spamreport, unsubscribe, groupUnsubscribe, groupResubscribe, account];

describe('an event of SendGrid', () => {
  it('is an engagement of the hashed recipient, with message and campaign', () => {
    expect(split(run(click))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: 1513299569000, received_at: RECEIVED_AT, source: 'sendgrid:shop', identifiers: { email_sha256: EMAIL },
      action: 'click', message_id: MESSAGE, campaign_id: 'cat facts', template_id: null, link_url: 'http://www.sendgrid.com/', bounce_class: null, reason: null, is_machine: false, channel: 'email',
    }] });
  });

  it.each([
    [processed, { action: 'sent' }],
    [deferred, { action: 'deferred', reason: '400 try again later' }],
    [delivered, { action: 'delivered', reason: '250 OK', bounce_class: null }],
    [bounce, { action: 'hard_bounce', bounce_class: 'invalid_recipient', reason: '500 unknown recipient' }],
    [{ ...bounce, type: 'blocked', bounce_classification: 'Reputation' }, { action: 'soft_bounce', bounce_class: 'reputation' }],
    [dropped, { action: 'dropped', bounce_class: 'suppressed' }],
    [open, { action: 'open', is_machine: false, channel: null, link_url: null }],
    [{ ...open, sg_machine_open: true }, { action: 'open', is_machine: true }],
    [{ ...click, useragent: 'python-requests/2.31.0' }, { action: 'click', is_machine: true, channel: null }],
    [{ ...click, category: ['a', 'b'] }, { campaign_id: 'a' }],
    [{ ...click, marketing_campaign_id: 12345, sg_template_id: 'd-7' }, { campaign_id: '12345', template_id: 'd-7' }],
    [{ ...click, url: 'https://shop.example/a?email=alex@example.com&utm_source=x' }, { link_url: 'https://shop.example/a?utm_source=x' }],
    [{ ...bounce, reason: '550 5.1.1 <alex@example.com> rejected' }, { reason: '550 5.1.1 <[email]> rejected' }],
  ])('tells %j', (event, expected) => {
    const { engagements, consents } = split(run(event));
    expect([engagements, consents]).toEqual([[expect.objectContaining(expected)], []]);
  });

  it.each([
    [spamreport, ['complaint'], 'withdrawn', 'SendGrid: spamreport'],
    [unsubscribe, ['unsubscribe'], 'withdrawn', 'SendGrid: unsubscribe'],
    [groupUnsubscribe, ['unsubscribe'], 'withdrawn', 'SendGrid: group_unsubscribe, group 10'],
    [groupResubscribe, [], 'granted', 'SendGrid: group_resubscribe, group 10'],
  ])('decides about consent: %j', (event, actions, decision, evidence) => {
    const { engagements, consents } = split(run(event));
    expect(engagements.map(({ action }) => action)).toEqual(actions);
    expect(consents).toEqual([expect.objectContaining({ purpose: 'marketing', channel: 'email', decision, evidence, identifiers: { email_sha256: EMAIL } })]);
    expect(consents[0]!.event_id).not.toBe(engagements[0]?.event_id);
  });

  it('keeps its id when it is sent again, and shares it with no other', () => {
    const idOf = (event: object) => split(run(event)).engagements[0]!.event_id;
    expect(idOf({ ...click })).toBe(idOf(click));
    expect(new Set([processed, deferred, delivered, bounce, dropped, open, click].map(idOf)).size).toBe(7);
  });

  it('of the account itself is of no interest', () => {
    expect(run(account)).toEqual({ status: 'records', records: [] });
  });

  it.each([
    [{ ...click, event: 'teleported' }, 'unknown_type', 'event'],
    [{ ...click, event: undefined }, 'required', 'event'],
    [{ ...click, sg_event_id: undefined }, 'required', 'sg_event_id'],
    [{ ...click, timestamp: 'now' }, 'type', 'timestamp'],
    [{ ...click, timestamp: 9_999_999_999 }, 'range', 'timestamp'],
    [{ ...click, email: 'nobody' }, 'identifier', 'email'],
    ['text', 'required', 'event'],
  ])('is quarantined where it cannot be read: %j', (event, code, field) => {
    const outcome = run(event);
    expect(expectOutcome(outcome)).toBe('quarantined');
    expect(outcome).toMatchObject({ product: 'email.engagements', rejection: { code, field } });
  });

  it('gives an outcome whatever it is', () => expectOutcomes(samples, run, ['quarantined', 'records']));
});
