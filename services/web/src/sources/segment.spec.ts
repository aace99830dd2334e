import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Outcome, Records } from '@tideway/contracts';
import { segmentEvent } from './segment.js';
import type { SourceContext } from './envelope.js';
import { COMMON, IDENTIFY, PAGE } from './segment.samples.js';

const RECEIVED = Date.parse('2026-11-20T12:00:00.000Z');
const ctx: SourceContext = { receivedAt: RECEIVED, source: 'segment:shop' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TRACK = { type: 'track', event: 'Signed Up', userId: 'u-1' };

function only(message: unknown, at = ctx) {
  const outcome = segmentEvent(message, at);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expect(outcome.records).toHaveLength(1);
  return outcome.records[0]!.record as Records['web.custom-events'];
}

function refusal(outcome: Outcome) {
  return outcome.status === 'records' ? undefined : { status: outcome.status, code: outcome.rejection.code, field: outcome.rejection.field };
}

describe('the common fields', () => {
  it('come from a call as the documentation shows it', () => {
    expect(only({ ...COMMON, event: 'Signed Up' })).toMatchObject({
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      occurred_at: RECEIVED + 324,
      received_at: RECEIVED,
      source: 'segment:shop',
      identifiers: { user_id: '97980cfea0067', anonymous_id: '507f191e810c19729de860ea' },
    });
  });
});

describe('event_id', () => {
  it('survives a resend, whatever changed on the way', () => {
    const first = only({ ...COMMON, event: 'Signed Up' });
    const again = only({ ...COMMON, event: 'Signed Up', sentAt: '2026-11-20T12:00:09.000Z' }, { ...ctx, receivedAt: RECEIVED + 9_000 });
    expect(again.event_id).toBe(first.event_id);
  });

  it('is one for a messageId that is no text, too', () => {
    expect(only({ ...TRACK, messageId: '\ud800' }).event_id).not.toBe(only({ ...TRACK, messageId: '\ud801' }).event_id);
  });

  it('never changes: it is the uuid v5 of source and messageId', () => {
    expect(only({ ...TRACK, messageId: 'müsli-1' }).event_id).toBe('20255c97-24a7-598a-be1c-d13a297f39d5');
  });

  it('differs between sources and between messages', () => {
    const ids = [only({ ...TRACK, messageId: 'a' }), only({ ...TRACK, messageId: 'b' }), only({ ...TRACK, messageId: 'a' }, { ...ctx, source: 'segment:app' })].map((record) => record.event_id);
    expect(new Set(ids).size).toBe(3);
  });

  it('is that of the content where there is no messageId, whatever the order of its keys', () => {
    const message = { ...TRACK, timestamp: '2026-11-20T11:00:00Z', properties: { a: 1, b: [2, { c: 3 }] } };
    const resent = { properties: { b: [2, { c: 3 }], a: 1 }, timestamp: '2026-11-20T11:00:00Z', ...TRACK, sentAt: '2026-11-20T11:59:00Z' };
    expect(only(resent, { ...ctx, receivedAt: RECEIVED + 1 }).event_id).toBe(only(message).event_id);
    expect(only({ ...message, properties: { a: 1, b: [2, { c: 4 }] } }).event_id).not.toBe(only(message).event_id);
  });

  it('tells two equal calls without messageId and time apart: they are two events', () => {
    expect(only(TRACK).event_id).not.toBe(only(TRACK, { ...ctx, receivedAt: RECEIVED + 1 }).event_id);
  });

  it.each([TRACK, { ...TRACK, timestamp: '2026-11-20T11:00:00Z' }])('tells equal calls in one request apart by their places (%j)', (message) => {
    const ids = [0, 1, 2].map((index) => only(message, { ...ctx, index }).event_id);
    expect(new Set(ids).size).toBe(3);
    expect(only({ ...message, messageId: 'm' }, { ...ctx, index: 1 }).event_id).toBe(only({ ...message, messageId: 'm' }).event_id);
  });

  it('is the same in a resend of the same request that says when it was sent, and another in one sent later', () => {
    const sent = { ...TRACK, sentAt: '2026-11-20T11:59:00.000Z' };
    const later = { ...ctx, receivedAt: RECEIVED + 60_000 };
    expect(only(sent, { ...later, index: 3 }).event_id).toBe(only(sent, { ...ctx, index: 3 }).event_id);
    expect(only({ ...sent, sentAt: '2026-11-20T12:00:00.000Z' }, later).event_id).not.toBe(only(sent).event_id);
  });

  it('needs a messageId of at most 100 characters', () => {
    expect(refusal(segmentEvent({ ...TRACK, messageId: 'm'.repeat(101) }, ctx))).toEqual({ status: 'rejected', code: 'too_long', field: 'messageId' });
    expect(refusal(segmentEvent({ ...TRACK, messageId: {} }, ctx))).toEqual({ status: 'rejected', code: 'type', field: 'messageId' });
    expect(refusal(segmentEvent({ ...TRACK, messageId: 'm'.repeat(100) }, ctx))).toBeUndefined();
  });
});

describe('identifiers', () => {
  it('hold e-mail address and phone number as hashes only', () => {
    const record = only({ ...IDENTIFY, context: { traits: { phone: '+49 151 12345678' } } });
    expect(record).toMatchObject({ identifiers: { user_id: '019mr8mf4r', email_sha256: sha256('jake@yahoo.com'), phone_sha256: sha256('+4915112345678') } });
    expect(JSON.stringify(record)).not.toMatch(/jake|peterson|151/i);
  });

  it('hold a user id that is an e-mail address as its hash', () => {
    expect(only({ ...TRACK, userId: ' Jane@Example.com' })).toMatchObject({ identifiers: { email_sha256: sha256('jane@example.com') } });
    expect(JSON.stringify(only({ ...TRACK, userId: 'shop|jane@example.com' }))).not.toContain('jane');
  });

  it('take numbers, as many senders have them', () => {
    expect(only({ ...TRACK, userId: 4711 })).toMatchObject({ identifiers: { user_id: '4711' } });
  });

  it('lose what many people share, as long as one remains', () => {
    expect(only({ ...TRACK, userId: 'null', anonymousId: 'a-1' })).toMatchObject({ identifiers: { anonymous_id: 'a-1' } });
    expect(refusal(segmentEvent({ ...TRACK, userId: 'undefined' }, ctx))).toEqual({ status: 'quarantined', code: 'blocked_identifier', field: 'userId' });
    expect(refusal(segmentEvent({ ...TRACK, userId: 'Test@Test.com' }, ctx))).toEqual({ status: 'quarantined', code: 'blocked_identifier', field: 'userId' });
  });

  it('do not take the traits of a group for those of a person', () => {
    expect(only({ type: 'group', userId: 'u-1', groupId: 'g-1', traits: { email: 'office@initech.example' } })).toMatchObject({ identifiers: { user_id: 'u-1' } });
  });

  it.each([
    [{ userId: undefined }, 'rejected', 'missing_identifier', 'userId'],
    [{ userId: null, anonymousId: '' }, 'rejected', 'missing_identifier', 'userId'],
    [{ userId: '  ' }, 'rejected', 'missing_identifier', 'userId'],
    [{ userId: {} }, 'rejected', 'type', 'userId'],
    [{ userId: true }, 'rejected', 'type', 'userId'],
    [{ anonymousId: 2 ** 53 }, 'rejected', 'type', 'anonymousId'],
    [{ userId: 'u'.repeat(257) }, 'quarantined', 'too_long', 'userId'],
    [{ userId: 'u\u0000' }, 'quarantined', 'invalid', 'userId'],
  ])('%j are %s as %s', (fields, status, code, field) => {
    expect(refusal(segmentEvent({ ...TRACK, ...fields }, ctx))).toEqual({ status, code, field });
  });
});

describe('a call that cannot be used', () => {
  it.each([[null], [[]], ['track'], [1], [undefined]])('%j is no event', (message) => {
    expect(refusal(segmentEvent(message, ctx))).toEqual({ status: 'rejected', code: 'not_an_object', field: '' });
  });

  it.each([{}, { type: 'import' }, { type: 'constructor' }, { type: null }, { type: ['track'] }])('%j has no type', (message) => {
    expect(refusal(segmentEvent({ userId: 'u-1', ...message }, ctx))).toEqual({ status: 'rejected', code: 'unknown_type', field: 'type' });
  });

  it('is refused where it nests beyond all reason, instead of overflowing the stack', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown;
    expect(refusal(segmentEvent({ ...TRACK, properties: { deep } }, ctx))).toEqual({ status: 'rejected', code: 'too_deep', field: '' });
  });

  it('is quarantined with the field of an impossible time', () => {
    expect(segmentEvent({ ...PAGE, timestamp: '2015-02-31T00:00:00Z' }, ctx)).toMatchObject({ status: 'quarantined', product: 'web.page-views', rejection: { field: 'timestamp' } });
  });

  it('is quarantined where text has no UTF-8', () => {
    expect(refusal(segmentEvent(JSON.parse('{"type":"track","userId":"u-1","event":"a\\ud800"}'), ctx))).toEqual({ status: 'quarantined', code: 'invalid_text', field: 'name' });
  });
});
