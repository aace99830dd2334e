import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { normaliseIdentifier } from '@tideway/identifiers';
import { engagementOf, expectOutcome, expectOutcomes, split } from '../test/outcomes.js';
import { mailjetEvent } from './mailjet.js';
import { MAILJET } from './mailjet.samples.js';

const emailHash = (address: string) => (normaliseIdentifier('email_sha256', address) as { value: string }).value;
const ctx = { receivedAt: 1_795_000_000_000, source: 'mailjet:shop' };
const outcomeOf = (text: string, change: object = {}) => mailjetEvent(Buffer.from(text), { ...ctx, ...change });
/** A sample with other values, still with all digits of its MessageID. */
const changed = (text: string, change: object) => text.replace(/\}$/, `, ${JSON.stringify(change).slice(1)}`);

describe('an event of Mailjet', () => {
  it('has its message with every digit, and its campaign', () => {
    expect(split(outcomeOf(MAILJET.sent.replace(/19421777835146490/g, '19421777835146491')))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: 1433333949000, received_at: ctx.receivedAt, source: 'mailjet:shop', identifiers: { email_sha256: emailHash('api@mailjet.com') },
      action: 'delivered', message_id: '19421777835146491', campaign_id: '7257', template_id: null, link_url: null, bounce_class: null, reason: null, is_machine: false, channel: null,
    }] });
  });

  it.each<[string, string]>([
    ['delivered', MAILJET.sent], ['delivered', MAILJET.grouped], ['open', MAILJET.open], ['click', MAILJET.click], ['hard_bounce', MAILJET.bounce],
    ['soft_bounce', changed(MAILJET.bounce, { hard_bounce: false })], ['dropped', MAILJET.blocked], ['complaint', MAILJET.spam], ['unsubscribe', MAILJET.unsub],
  ])('counts as %s', (action, sample) => {
    expect(engagementOf(outcomeOf(sample)).action).toBe(action);
  });

  it('of older groups has its message in mj_message_id; without a campaign of Mailjet it has the one the sender named', () => {
    expect(engagementOf(outcomeOf(MAILJET.grouped)).message_id).toBe('18858825588804172');
    expect(engagementOf(outcomeOf(changed(MAILJET.bounce, { customcampaign: 'spring' }))).campaign_id).toBe('spring');
    expect(engagementOf(outcomeOf(MAILJET.bounce)).campaign_id).toBeNull();
  });

  it('has the link of a click, without personal parameters', () => {
    expect(engagementOf(outcomeOf(MAILJET.click))).toMatchObject({ link_url: 'https://mailjet.com', channel: 'email' });
    expect(engagementOf(outcomeOf(changed(MAILJET.click, { url: 'https://mailjet.com/?a=1&mail=api@mailjet.com' }))).link_url).toBe('https://mailjet.com/?a=1');
  });

  it('is by a machine where its agent is a program, not where a person looks through the proxy of Gmail', () => {
    const machine = (agent: string) => engagementOf(outcomeOf(changed(MAILJET.open, { agent }))).is_machine;
    expect([machine('Mozilla/5.0'), machine('Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)')]).toEqual([true, false]);
  });

  it.each([['user unknown', 'invalid_recipient'], ['quota exceeded', 'mailbox_unavailable'], ['no mail host', 'unreachable'], ['sender blocked', 'reputation'], ['content blocked', 'content'], ['policy issue', 'policy'], ['preblocked', 'suppressed'], ['something new', 'other']])(
    'that did not arrive for "%s" is of the class %s', (error, bounceClass) => {
      expect(engagementOf(outcomeOf(changed(MAILJET.bounce, { error, comment: 'to api@mailjet.com' })))).toMatchObject({ bounce_class: bounceClass, reason: `recipient: ${error}: to [email]` });
    });

  it('keeps its id when it is sent again, and another has another', () => {
    const idOf = (sample: string, change: object = {}) => engagementOf(outcomeOf(sample, change)).event_id;
    expect(idOf(MAILJET.click, { receivedAt: ctx.receivedAt + 30_000 })).toBe(idOf(MAILJET.click));
    const others = [MAILJET.click, MAILJET.open, changed(MAILJET.click, { time: 1433334654 }), changed(MAILJET.click, { url: 'https://mailjet.com/b' }), MAILJET.click.replace('6302490', '6302491'), changed(MAILJET.click, { email: 'b@mailjet.com' })];
    expect(new Set([...others.map((sample) => idOf(sample)), idOf(MAILJET.click, { source: 'mailjet:outlet' })]).size).toBe(others.length + 1);
  });
});

describe('consent', () => {
  it.each([
    ['an unsubscription', MAILJET.unsub, 'api@mailjet.com', 'Mailjet: unsub, message 20547674933128000, list 1'],
    ['a complaint', MAILJET.spam, 'bounce@mailjet.com', 'Mailjet: spam, message 13792286917004336'],
  ])('is withdrawn by %s', (_name, sample, address, evidence) => {
    expect(split(outcomeOf(sample)).consents).toEqual([expect.objectContaining({ identifiers: { email_sha256: emailHash(address) }, purpose: 'marketing', channel: 'email', decision: 'withdrawn', evidence })]);
  });
});

describe('an event of which no record can be made', () => {
  it('is rejected where it is none of Mailjet, and quarantined where it cannot be read', () => {
    for (const other of ['', 'null', '[]', '{}', '{"event":', '{"event":{}}']) expect(outcomeOf(other)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'event' } });
    expect(outcomeOf(changed(MAILJET.open, { event: 'teleported' }))).toMatchObject({ status: 'quarantined', rejection: { code: 'unknown_type', field: 'event' } });
    expect(outcomeOf(changed(MAILJET.open, { time: 'now' }))).toMatchObject({ status: 'quarantined', rejection: { code: 'type', field: 'time' } });
    expect(outcomeOf(changed(MAILJET.open, { time: 1_800_000_000 }))).toMatchObject({ status: 'quarantined', rejection: { code: 'range', field: 'time' } });
    expect(outcomeOf(changed(MAILJET.open, { email: '' }))).toMatchObject({ status: 'quarantined', rejection: { code: 'identifier', field: 'email' } });
  });

  it('gives an outcome whatever it holds, and only valid records that tell nobody', () => expectOutcomes(Object.values(MAILJET).map((text) => JSON.parse(text) as unknown), (payload) => {
    const outcome = outcomeOf(JSON.stringify(payload) ?? '');
    expect(JSON.stringify(outcome)).not.toMatch(/@mailjet\.com|127\.0\.0\.1/);
    return outcome;
  }, ['quarantined', 'records', 'rejected']));

  it('is rejected where its bytes are no JSON at all', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => { expectOutcome(mailjetEvent(Buffer.from(bytes), ctx)); }), { numRuns: 200 });
  });
});
