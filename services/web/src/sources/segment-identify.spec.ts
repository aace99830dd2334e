import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Records } from '@tideway/contracts';
import { segmentEvent } from './segment.js';
import { ALIAS, GROUP, IDENTIFY } from './segment.samples.js';

const ctx = { receivedAt: Date.parse('2026-11-20T12:00:00.000Z'), source: 'segment:shop' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function identified(message: unknown): Records['web.identifications'] {
  const outcome = segmentEvent(message, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expect(outcome.records.map((record) => record.product)).toEqual(['web.identifications']);
  return outcome.records[0]!.record as Records['web.identifications'];
}

function refusal(message: unknown) {
  const outcome = segmentEvent(message, ctx);
  return outcome.status === 'records' ? undefined : [outcome.status, outcome.rejection.code, outcome.rejection.field];
}

describe('an identify call', () => {
  it('links the ids of a person and keeps none of what names them', () => {
    const record = identified(IDENTIFY);
    expect(record).toMatchObject({ method: 'identify', previous_id: null, group_id: null, identifiers: { user_id: '019mr8mf4r', email_sha256: sha256('jake@yahoo.com') }, traits: {} });
  });

  it('keeps the traits of the list as text', () => {
    const traits = { plan: 'pro', company: { name: 'Initech', id: 7 }, industry: 'Technology', employees: 420, title: 'jane@example.com', address: { city: 'Berlin', country: 'DE', street: 'X 1' }, firstName: 'Jane', birthday: '2000-01-01', avatar: 'x', language: ['de'] };
    expect(identified({ ...IDENTIFY, traits }).traits).toEqual({ plan: 'pro', company: 'Initech', industry: 'Technology', employees: '420', city: 'Berlin', country: 'DE' });
  });

  it('is fine without traits, and quarantined where they are no object', () => {
    expect(identified({ ...IDENTIFY, traits: undefined }).traits).toEqual({});
    expect(refusal({ ...IDENTIFY, traits: 'x' })).toEqual(['quarantined', 'type', 'traits']);
    for (const employees of [2 ** 60, 1e999]) expect(refusal({ ...IDENTIFY, traits: { employees } })).toEqual(['quarantined', 'range', 'traits.employees']);
  });
});

describe('an alias call', () => {
  it('links the former id to the user', () => {
    expect(identified({ ...ALIAS, anonymousId: undefined })).toMatchObject({
      method: 'alias', previous_id: 'anonymous_id:39239-239239-239239-23923', identifiers: { user_id: '507f191e81', anonymous_id: '39239-239239-239239-23923' },
    });
  });

  it('takes the former id for a user id where the anonymous one is another', () => {
    expect(identified(ALIAS)).toMatchObject({ previous_id: 'user_id:39239-239239-239239-23923', identifiers: { user_id: '507f191e81', anonymous_id: '39239-239239-239239-23923' } });
  });

  it('means the anonymousId where it names no former id', () => {
    expect(identified({ ...ALIAS, previousId: undefined })).toMatchObject({ previous_id: 'anonymous_id:507f191e810c19729de860ea', identifiers: { anonymous_id: '507f191e810c19729de860ea' } });
  });

  it('knows a former id that is an e-mail address by its hash', () => {
    const record = identified({ type: 'alias', previousId: 'jen@email.com', userId: '507f191e81' });
    expect(record).toMatchObject({ previous_id: `email_sha256:${sha256('jen@email.com')}`, identifiers: { user_id: '507f191e81', email_sha256: sha256('jen@email.com') } });
  });

  it('from one e-mail address to another keeps the new one in the identifiers', () => {
    expect(identified({ type: 'alias', previousId: 'old@email.com', userId: 'new@email.com' })).toMatchObject({ previous_id: `email_sha256:${sha256('old@email.com')}`, identifiers: { email_sha256: sha256('new@email.com') } });
  });

  it('to itself links nothing', () => {
    expect(identified({ type: 'alias', previousId: 'u-1', userId: 'u-1' })).toMatchObject({ previous_id: null, identifiers: { user_id: 'u-1' } });
  });

  it.each([
    [{ previousId: null, anonymousId: null }, 'rejected', 'required', 'previousId'], [{ userId: '' }, 'rejected', 'required', 'userId'], [{ previousId: {} }, 'rejected', 'type', 'previousId'],
    [{ previousId: 'null' }, 'quarantined', 'blocked_identifier', 'previousId'], [{ previousId: 'p'.repeat(300) }, 'quarantined', 'too_long', 'previousId'],
  ])('with %j is %s', (fields, ...expected) => {
    expect(refusal({ ...ALIAS, ...fields })).toEqual(expected);
  });
});

describe('a group call', () => {
  it('names the group', () => {
    expect(identified(GROUP)).toMatchObject({ method: 'group', group_id: '8e9df332ac', traits: { industry: 'Technology', employees: '420' } });
  });

  it.each([[undefined, 'required'], ['', 'required'], [{}, 'type']])('needs a group id: %j is not enough', (groupId, code) => {
    expect(refusal({ ...GROUP, groupId })).toEqual(['rejected', code, 'groupId']);
  });
});
