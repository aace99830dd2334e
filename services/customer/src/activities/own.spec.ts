import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, readSplit } from '@tideway/contracts';
import { consentSettled, identifierLinked, profileMerged, profileSplit } from './own.js';

const validate = compileValidator(productOf(loadProducts(), 'customer.activities').schema);
const [loser, winner] = ['5f2b8f0e-6c1d-5e52-8a3e-0d4c2f7b6a91', '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10'];
const cause = { occurredAt: 1_795_000_000_000, receivedAt: 1_795_000_000_250, origin: 'web.identifications.v1:3:42' };
const merge = { loser, winner, identifiers: ['user_id:u-1'] };
const split = { from: winner, into: loser, left: ['anonymous_id:a', 'email_sha256:e'], stayed: ['user_id:u-1'] };
const statement = { purpose: 'marketing', channel: 'email', decision: 'denied' as const, legal_basis: 'consent', decided_at: 1_794_000_000_000, source: 's', origin: 'web.consents.v1:0:1', identifier: 'anonymous_id:a' };

describe('activities of the service itself', () => {
  it('are valid records of customer.activities', () => {
    const own = [
      profileMerged(merge, 'user_id:u-1', cause),
      identifierLinked({ identifier: 'user_id:u-1', profileId: winner, cause: 'link' }, cause),
      consentSettled(statement, merge, 'user_id:u-1', cause),
      profileSplit(split, { stayed: [], left: [] }, cause),
    ];
    expect(own.map((activity) => validate(activity))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('tells the loser of a merge where its profile went, when the causing record occurred', () => {
    expect(profileMerged(merge, 'user_id:u-1', cause)).toMatchObject({
      profile_id: loser, product: 'customer.identities', type: 'profile_merged', properties: { into: winner },
      occurred_at: cause.occurredAt, received_at: cause.receivedAt, origin: cause.origin, is_bot: false,
    });
  });

  it('tells a profile which identifier is new and why', () => {
    expect(identifierLinked({ identifier: 'email_sha256:x', profileId: winner, cause: 'first_seen' }, cause)).toMatchObject({
      profile_id: winner, identifier: 'email_sha256:x', type: 'identifier_linked', properties: { cause: 'first_seen' },
    });
  });

  it('tells a merged profile the disputed decision at the decision\'s own time and origin', () => {
    expect(consentSettled(statement, merge, 'user_id:u-1', cause)).toMatchObject({
      profile_id: winner, product: 'customer.consents', type: 'consent_denied', occurred_at: statement.decided_at, origin: statement.origin,
      received_at: cause.receivedAt, properties: { purpose: 'marketing', channel: 'email', legal_basis: 'consent' },
      identifier: 'anonymous_id:a',
    });
    expect(consentSettled({ ...statement, identifier: null }, merge, 'user_id:u-1', cause).identifier).toBe('user_id:u-1');
  });

  it('tells a profile that was split who left it for whom, in the name of one who stayed', () => {
    const consents = { stayed: [], left: [{ purpose: 'marketing', channel: 'any', decision: 'granted', decided_at: 1 }] };
    const activity = profileSplit(split, consents, cause);
    expect(activity).toMatchObject({ profile_id: winner, identifier: 'user_id:u-1', type: 'profile_split', occurred_at: cause.occurredAt, origin: cause.origin });
    expect(readSplit(activity)).toEqual({ into: loser, left: split.left, consents });
  });

  it('keep their id at a replay, and have another one for another cause', () => {
    expect(profileMerged(merge, 'user_id:u-1', cause)).toEqual(profileMerged(merge, 'user_id:u-1', cause));
    expect(profileMerged(merge, 'user_id:u-1', { ...cause, origin: 'web.identifications.v1:3:43' }).activity_id)
      .not.toBe(profileMerged(merge, 'user_id:u-1', cause).activity_id);
  });
});
