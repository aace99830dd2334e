import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RECEIVED_AT, expectOutcome, expectOutcomes, split } from '../test/outcomes.js';
import { verifyMailgun } from './mailgun-signature.js';
import { mailgunEvent } from './mailgun.js';
import { classOfStatus } from './status-code.js';

const run = (payload: unknown) => mailgunEvent(payload, { receivedAt: RECEIVED_AT, source: 'mailgun:shop' });
const EMAIL = createHash('sha256').update('alice@example.com').digest('hex');
const MESSAGE = '20130503182626.18666.16540@sample.mailgun.com';

/** The payloads of Mailgun's manual, without the fields that nothing is read from. */
const common = { recipient: 'alice@example.com', tags: ['my_tag_1', 'my_tag_2'], campaigns: [], 'user-variables': { my_var_1: 'Mailgun Variable #1' }, message: { headers: { 'message-id': MESSAGE, subject: 'Test', to: 'Alice <alice@example.com>' }, size: 111 }, domain: { name: 'sample.mailgun.com' } };
const client = { 'client-type': 'browser', 'client-os': 'Linux', 'device-type': 'desktop', 'client-name': 'Chrome', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.31 (KHTML, like Gecko) Chrome/26.0.1410.43 Safari/537.31', bot: '' };
const event = (data: object) => ({ signature: { timestamp: '1529006854', token: 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0', signature: 'd2271d12299f6592d9d44cd9d250f0704e4674c30d79d07c47a66f95ce71cf55' }, 'event-data': { ...common, ...data } });
const accepted = event({ event: 'accepted', id: 'CCXMjJ7nQi2N3BPigGOdgQ', timestamp: 1770146798.372891 });
const delivered = event({ event: 'delivered', id: 'CPgfbmQMTCKtHW6uIWtuVe', timestamp: 1521472262.908181, 'delivery-status': { tls: true, 'mx-host': 'smtp-in.example.com', code: 250, description: '', 'session-seconds': 0.4, message: 'OK' } });
const failure = { tls: true, code: 550, description: '', 'bounce-type': 'hard', 'enhanced-code': '5.1.1', message: '5.1.1 The email account <alice@example.com> does not exist' };
const failed = event({ event: 'failed', id: 'G9Bn5sl1TC6nu79C8C0bwg', timestamp: 1521233195.375624, severity: 'permanent', reason: 'bounce', 'delivery-status': failure });
const delayed = event({ event: 'failed', id: 'Fs7-5t81S2ugDxqDw2U4QQ', timestamp: 1521472262.908181, severity: 'temporary', reason: 'generic', 'delivery-status': { code: 452, message: '4.2.2 The email account is over quota', 'enhanced-code': '4.2.2', 'retry-seconds': 600 } });
const suppressed = event({ event: 'failed', id: 'G9Bn5sl1TC6nu79C8C0bwh', timestamp: 1521233195.375624, severity: 'permanent', reason: 'suppress-bounce', 'delivery-status': { 'attempt-no': 1, message: '', code: 605, description: 'Not delivering to previously bounced address' } });
const opened = event({ event: 'opened', id: 'Ase7i2zsRYeDXztHGENqRA', timestamp: 1521243339.873676, 'client-info': client, ip: '50.56.129.169' });
const clicked = event({ event: 'clicked', id: 'Ase7i2zsRYeDXztHGENqRB', timestamp: 1521243339.873676, 'client-info': client, ip: '50.56.129.169', url: 'http://mailgun.com' });
const unsubscribed = event({ event: 'unsubscribed', id: 'Ase7i2zsRYeDXztHGENqRC', timestamp: 1521243339.873676, 'client-info': client });
const complained = event({ event: 'complained', id: '-Agny091SquKnsrW2NEKUA', timestamp: 1521233123.501324 });
const rejected = event({ event: 'rejected', id: 'OMTXD3-sSmKIQa1gSKkYVA', timestamp: 1529704976.104692, reject: { reason: 'Sandbox subdomains are for test purposes only.', description: '' } });
const samples = [accepted, delivered, failed, delayed, suppressed, opened, clicked, unsubscribed, complained, rejected];
const altered = (sample: { 'event-data': object }, change: object) => ({ ...sample, 'event-data': { ...sample['event-data'], ...change } });

describe('a webhook of Mailgun', () => {
  it('is an engagement of the hashed recipient, with message, tag and template', () => {
    expect(split(run(altered(clicked, { template: { name: 'newsletter', version: 'initial' } })))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/), occurred_at: 1521243339873, received_at: RECEIVED_AT, source: 'mailgun:shop', identifiers: { email_sha256: EMAIL },
      action: 'click', message_id: MESSAGE, campaign_id: 'my_tag_1', template_id: 'newsletter', link_url: 'http://mailgun.com', bounce_class: null, reason: null, is_machine: false, channel: 'email',
    }] });
  });

  it.each([
    [accepted, { action: 'sent' }],
    [delivered, { action: 'delivered', reason: 'OK' }],
    [failed, { action: 'hard_bounce', bounce_class: 'invalid_recipient', reason: '5.1.1 The email account <[email]> does not exist' }],
    [altered(failed, { 'delivery-status': { ...failure, 'bounce-type': 'soft', 'enhanced-code': '5.2.2' } }), { action: 'soft_bounce', bounce_class: 'mailbox_unavailable' }],
    [altered(failed, { reason: 'old', 'delivery-status': { code: 602 } }), { action: 'soft_bounce', bounce_class: 'unreachable', reason: 'old' }],
    [altered(failed, { reason: 'espblock' }), { action: 'soft_bounce', bounce_class: 'reputation' }],
    [delayed, { action: 'deferred', bounce_class: 'mailbox_unavailable' }],
    [suppressed, { action: 'dropped', bounce_class: 'suppressed', reason: 'Not delivering to previously bounced address' }],
    [rejected, { action: 'dropped', bounce_class: 'policy', reason: 'Sandbox subdomains are for test purposes only.' }],
    [opened, { action: 'open', is_machine: false, channel: null }],
    [altered(opened, { 'client-info': { ...client, bot: 'apple', 'user-agent': 'Mozilla/5.0' } }), { action: 'open', is_machine: true }],
    [altered(clicked, { 'client-info': { ...client, bot: 'generic' } }), { action: 'click', is_machine: true, channel: null }],
  ])('tells %j', (payload, expected) => {
    const { engagements, consents } = split(run(payload));
    expect([engagements, consents]).toEqual([[expect.objectContaining(expected)], []]);
  });

  it.each([[unsubscribed, 'unsubscribe'], [complained, 'complaint']])('withdraws consent: %j', (payload, action) => {
    const { engagements, consents } = split(run(payload));
    expect(engagements).toEqual([expect.objectContaining({ action })]);
    expect(consents).toEqual([expect.objectContaining({ decision: 'withdrawn', purpose: 'marketing', channel: 'email', identifiers: { email_sha256: EMAIL }, evidence: expect.stringContaining('sample.mailgun.com') })]);
  });

  it('keeps its id when it is sent again; another day the same id is another event', () => {
    const idOf = (payload: object) => split(run(payload)).engagements[0]!.event_id;
    expect(idOf({ ...clicked, signature: {} })).toBe(idOf(clicked));
    expect(idOf(altered(clicked, { timestamp: 1521329739.873676 }))).not.toBe(idOf(clicked));
  });

  it('is refused without event-data, of no interest where it is about incoming messages', () => {
    for (const payload of [{}, [], 'text', { 'event-data': [] }]) expect(run(payload)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'event-data' } });
    expect(run(event({ event: 'stored' }))).toEqual({ status: 'records', records: [] });
  });

  it.each([
    [{ event: 'teleported' }, 'unknown_type', 'event-data.event'],
    [{ id: '' }, 'required', 'event-data.id'],
    [{ timestamp: '1521243339' }, 'type', 'event-data.timestamp'],
    [{ timestamp: 1e12 }, 'range', 'event-data.timestamp'],
    [{ recipient: 'nobody' }, 'identifier', 'event-data.recipient'],
  ])('is quarantined where it cannot be read: %j', (change, code, field) => {
    const outcome = run(altered(clicked, change));
    expect(expectOutcome(outcome)).toBe('quarantined');
    expect(outcome).toMatchObject({ rejection: { code, field } });
  });

  it('gives an outcome whatever it is', () => expectOutcomes(samples, run, ['quarantined', 'records', 'rejected']));
});

describe('a signature of Mailgun', () => {
  const NOW = 1_529_006_854_000;
  const keys = [{ name: 'outlet', key: 'other' }, { name: 'shop', key: 'signing-key' }];
  const token = 't'.repeat(50);
  const signed = (timestamp = '1529006854', key = 'signing-key') => ({ signature: { timestamp, token, signature: createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex') } });
  const check = (payload: unknown, now = NOW) => verifyMailgun(payload, keys, now);

  it('passes, and names the account and the token', () => {
    expect(check(signed())).toEqual({ ok: true, account: 'shop', token });
    // printf %s 1529006854abc | openssl dgst -sha256 -hmac signing-key
    expect(check({ signature: { timestamp: 1529006854, token: 'abc', signature: '16665294e81245f14f629bc0371ca59a6d177b4a56422392323e37e85c569430' } })).toMatchObject({ ok: true });
  });

  it('passes for 9 hours, as long as Mailgun tries, and from 10 minutes before', () => {
    for (const skew of [9 * 3_600_000, -600_000]) expect(check(signed(), NOW + skew)).toMatchObject({ ok: true });
    for (const skew of [9 * 3_600_000 + 1, -600_001]) expect(check(signed(), NOW + skew)).toMatchObject({ ok: false, code: 'timestamp' });
  });

  it.each([
    [signed('1529006854', 'wrong'), 'signature'],
    [{ signature: { ...signed().signature, token: 'another' } }, 'signature'],
    [{ signature: { ...signed().signature, timestamp: '1529006855' } }, 'signature'],
    [{ signature: { ...signed().signature, signature: 'abc' } }, 'signature'],
    [{ signature: { ...signed().signature, timestamp: 'now' } }, 'timestamp'],
    [{ signature: { timestamp: '1529006854' } }, 'missing_signature'],
    [{}, 'missing_signature'],
    [null, 'missing_signature'],
  ])('is refused as %j', (payload, code) => expect(check(payload)).toMatchObject({ ok: false, code }));
});

it('classes status codes by what they are about', () => {
  expect(['5.1.1', '4.2.2', '5.3.0', '4.4.7', '5.6.1', '5.7.1', '5.5.0', '6.1.1', 'x', undefined].map(classOfStatus)).toEqual(
    ['invalid_recipient', 'mailbox_unavailable', 'unreachable', 'unreachable', 'content', 'policy', undefined, undefined, undefined, undefined]);
});
