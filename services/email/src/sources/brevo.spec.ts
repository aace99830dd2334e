import { describe, expect, it } from '@jest/globals';
import { normaliseIdentifier } from '@tideway/identifiers';
import { engagementOf, expectOutcomes, split } from '../test/outcomes.js';
import { brevoEvent } from './brevo.js';
import { BREVO } from './brevo.samples.js';

const emailHash = (address: string) => (normaliseIdentifier('email_sha256', address) as { value: string }).value;
const ctx = { receivedAt: 1_795_000_000_000, source: 'brevo:shop' };
const HASH = emailHash('example@domain.com');

describe('an event of Brevo', () => {
  it('of a transactional e-mail has message and template', () => {
    expect(split(brevoEvent(BREVO.request, ctx))).toEqual({ consents: [], engagements: [{
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), occurred_at: 1604933654000, received_at: ctx.receivedAt, source: 'brevo:shop', identifiers: { email_sha256: HASH },
      action: 'sent', message_id: '<201798300811.5787683@relay.domain.com>', campaign_id: null, template_id: '22', link_url: null, bounce_class: null, reason: null, is_machine: false, channel: null,
    }] });
  });

  it('of a campaign has the campaign, and no message id', () => {
    expect(engagementOf(brevoEvent(BREVO.campaignClick, ctx))).toMatchObject({ action: 'click', campaign_id: '960', message_id: '', link_url: 'https://myCampaignUrl.net', occurred_at: 1604933737000, channel: 'email' });
  });

  it.each<[string, (keyof typeof BREVO)[]]>([
    ['sent', ['request']], ['delivered', ['delivered', 'campaignDelivered']], ['deferred', ['deferred']], ['click', ['click', 'campaignClick']],
    ['open', ['opened', 'uniqueOpened', 'proxyOpen', 'uniqueProxyOpen', 'campaignOpened', 'campaignProxyOpen']],
    ['soft_bounce', ['softBounce', 'campaignSoftBounced']], ['hard_bounce', ['hardBounce', 'campaignHardBounced']], ['dropped', ['invalidEmail', 'blocked', 'error']],
    ['complaint', ['spam', 'campaignSpam']], ['unsubscribe', ['unsubscribed', 'campaignUnsubscribe']],
  ])('counts as %s', (action, names) => {
    for (const name of names) expect([name, engagementOf(brevoEvent(BREVO[name], ctx)).action]).toEqual([name, action]);
  });

  it('has a link only where it is a click, without personal parameters', () => {
    expect(engagementOf(brevoEvent({ ...BREVO.click, link: 'https://domain.com/spring?utm_source=brevo&email=example%40domain.com' }, ctx)).link_url).toBe('https://domain.com/spring?utm_source=brevo');
    expect(engagementOf(brevoEvent({ ...BREVO.opened, link: 'https://domain.com' }, ctx)).link_url).toBeNull();
  });

  it('is by a machine where a proxy opened, or the user agent is a program', () => {
    const machine = (sample: object) => engagementOf(brevoEvent(sample, ctx)).is_machine;
    expect([BREVO.proxyOpen, BREVO.uniqueProxyOpen, BREVO.campaignProxyOpen, { ...BREVO.click, user_agent: 'curl/8.5.0' }].map(machine)).toEqual([true, true, true, true]);
    expect([BREVO.opened, BREVO.uniqueOpened, BREVO.campaignOpened].map(machine)).toEqual([false, false, false]);
  });

  it('says why an e-mail did not arrive', () => {
    expect(engagementOf(brevoEvent({ ...BREVO.hardBounce, reason: '550 <example@domain.com> unknown' }, ctx))).toMatchObject({ bounce_class: 'other', reason: '550 <[email]> unknown' });
    expect(engagementOf(brevoEvent(BREVO.invalidEmail, ctx))).toMatchObject({ bounce_class: 'invalid_recipient', reason: null });
    expect(engagementOf(brevoEvent(BREVO.blocked, ctx)).bounce_class).toBe('suppressed');
  });

  it('takes its time from ts_event, else from ts_epoch in milliseconds or seconds, else from ts', () => {
    const at = (times: object) => engagementOf(brevoEvent({ ...BREVO.delivered, ts_event: undefined, ts: undefined, ...times }, ctx)).occurred_at;
    expect([at({ ts_event: 1604933654, ts: 1604933619, ts_epoch: 1604933700000 }), at({ ts_epoch: 1604933654123 }), at({ ts_epoch: 1604933623 }), at({ ts: 1604933619 })]).toEqual([1604933654000, 1604933654123, 1604933623000, 1604933619000]);
  });
});

describe('the id of an event', () => {
  const idOf = (sample: object, change: object = {}) => engagementOf(brevoEvent(sample, { ...ctx, ...change })).event_id;

  it('stays when it is sent again, and is one for opened and unique_opened of a moment', () => {
    expect(idOf(BREVO.click, { receivedAt: ctx.receivedAt + 60_000 })).toBe(idOf(BREVO.click));
    expect(idOf(BREVO.uniqueOpened)).toBe(idOf(BREVO.opened));
  });

  it('is another for another event, message, recipient, time, link, account or opener', () => {
    const others = [
      BREVO.click, BREVO.opened, BREVO.proxyOpen, BREVO.campaignClick, { ...BREVO.campaignClick, camp_id: 961 }, { ...BREVO.click, 'message-id': '<2@relay.domain.com>' },
      { ...BREVO.click, email: 'other@domain.com' }, { ...BREVO.click, ts_event: 1604933655 }, { ...BREVO.click, link: 'https://domain.com/summer' },
    ];
    expect(new Set([...others.map((sample) => idOf(sample)), idOf(BREVO.click, { source: 'brevo:outlet' })]).size).toBe(others.length + 1);
  });
});

describe('consent', () => {
  it.each<[string, object, string]>([
    ['an unsubscription', BREVO.unsubscribed, 'Brevo: unsubscribed, message <201798300811.5787683@relay.domain.com>'],
    ['an unsubscription from a campaign', BREVO.campaignUnsubscribe, 'Brevo: unsubscribe, campaign 960'],
    ['a complaint', BREVO.campaignSpam, 'Brevo: spam, campaign 960'],
  ])('is withdrawn by %s', (_name, sample, evidence) => {
    const { consents } = split(brevoEvent(sample, ctx));
    expect(consents).toEqual([expect.objectContaining({ identifiers: { email_sha256: HASH }, purpose: 'marketing', channel: 'email', decision: 'withdrawn' })]);
    // A message id looks like an address, and is masked where it stands in a text.
    expect(consents[0]!.evidence).toBe(evidence.replace(/<.*>/, '<[email]>'));
  });
});

describe('an event of which no record can be made', () => {
  it('is taken without one where it is about a contact', () => {
    expect(brevoEvent(BREVO.listAddition, ctx)).toEqual({ status: 'records', records: [] });
  });

  it('is rejected where it is none of Brevo, and quarantined where it cannot be read', () => {
    for (const other of [null, [], 'x', {}, { event: {} }]) expect(brevoEvent(other, ctx)).toMatchObject({ status: 'rejected', rejection: { code: 'required', field: 'event' } });
    const quarantined = (change: object) => brevoEvent({ ...BREVO.delivered, ...change }, ctx);
    expect(quarantined({ event: 'teleported' })).toMatchObject({ status: 'quarantined', rejection: { code: 'unknown_type', field: 'event' } });
    expect(quarantined({ 'message-id': '' })).toMatchObject({ status: 'quarantined', rejection: { code: 'required', field: 'message-id' } });
    expect(quarantined({ ts_event: 'now' })).toMatchObject({ status: 'quarantined', rejection: { code: 'type', field: 'ts_event' } });
    expect(quarantined({ ts_event: 1_800_000_000 })).toMatchObject({ status: 'quarantined', rejection: { code: 'range', field: 'ts_event' } });
    expect(quarantined({ email: 'nobody' })).toMatchObject({ status: 'quarantined', rejection: { code: 'identifier', field: 'email' } });
  });

  it('gives an outcome whatever it holds, and only valid records that tell nobody', () => expectOutcomes(Object.values(BREVO), (payload) => {
    const outcome = brevoEvent(payload, ctx);
    expect(JSON.stringify(outcome)).not.toMatch(/example@domain|185\.41\.28\.109/);
    return outcome;
  }, ['quarantined', 'records', 'rejected']));
});
