import { describe, expect, it } from '@jest/globals';
import { compileValidator, loadProducts, productOf, readSplit } from '@tideway/contracts';
import { loadIdentifierRules } from '@tideway/identifiers';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CustomerState, planBatch, type BatchRecord } from './batch.js';
import { activityIdOf, profileIdOf } from './uuid.js';

const products = loadProducts();
const rules = loadIdentifierRules();
const NOW = 1_795_000_000_000;
const validators = new Map(['customer.activities', 'customer.identities', 'customer.consents'].map((id) => [id, compileValidator(productOf(products, id).schema)]));

let offset = 0;
/** A record of a product: its full sample with other identifiers and fields, received `at` ms after NOW. */
function received(at: number, id: string, identifiers: Record<string, string>, more: Record<string, unknown> = {}): BatchRecord {
  const product = productOf(products, id);
  const origin = `${product.topic}:0:${offset++}`;
  const sample = JSON.parse(readFileSync(path.join(product.dir, 'samples/valid/full.json'), 'utf8')) as Record<string, unknown>;
  const record = { ...sample, event_id: activityIdOf(origin), occurred_at: NOW + at, received_at: NOW + at, identifiers, ...more };
  return { product, record, origin, eventId: record.event_id, receivedAt: NOW + at, identifiers };
}

const consent = (at: number, identifiers: Record<string, string>, decision: string) => received(at, 'web.consents', identifiers, { decision, purpose: 'marketing', channel: 'email' });
const fresh = () => new CustomerState(rules, () => NOW);
const run = (state: CustomerState, ...records: BatchRecord[]) => {
  const plan = planBatch(state, records);
  plan.commit();
  return plan;
};

describe('planBatch', () => {
  it('makes a profile, its identities and its activities of records', () => {
    const order = received(1, 'web.orders', { user_id: 'u-1', anonymous_id: 'a-1' }, { status: 'completed' });
    const { outputs, stats } = run(fresh(), received(0, 'web.page-views', { anonymous_id: 'a-1' }), order);
    const profile = profileIdOf('anonymous_id:a-1');
    expect(outputs.activities.map(({ profile_id, identifier, type }) => [profile_id, identifier, type])).toEqual([
      [profile, 'anonymous_id:a-1', 'identifier_linked'],
      [profile, 'anonymous_id:a-1', 'page_viewed'],
      [profile, 'user_id:u-1', 'identifier_linked'],
      [profile, 'user_id:u-1', 'order_completed'],
    ]);
    expect(outputs.activities[3]).toMatchObject({ activity_id: order.eventId, origin: order.origin });
    expect(outputs.identities).toEqual([
      { identifier: 'anonymous_id:a-1', profile_id: profile, since: NOW, cause: 'first_seen', apart: [] },
      { identifier: 'user_id:u-1', profile_id: profile, since: NOW + 1, cause: 'link', apart: [] },
    ]);
    expect(stats).toMatchObject({ records: 2, links: 2, merges: 0, resends: 0, withoutIdentifiers: 0 });
  });

  it('tells the loser of a merge before what the record itself says', () => {
    const state = fresh();
    run(state, received(0, 'web.page-views', { anonymous_id: 'a-1' }), received(1, 'web.orders', { user_id: 'u-1' }));
    const { outputs, stats } = run(state, received(2, 'web.identifications', { user_id: 'u-1', anonymous_id: 'a-1' }, { method: 'identify' }));
    const [winner, loser] = [profileIdOf('anonymous_id:a-1'), profileIdOf('user_id:u-1')];
    expect(outputs.activities.map(({ profile_id, type, properties }) => [profile_id, type, properties['into']])).toEqual([
      [loser, 'profile_merged', winner],
      [winner, 'identified', undefined],
    ]);
    expect(outputs.identities).toEqual([{ identifier: 'user_id:u-1', profile_id: winner, since: NOW + 1, cause: 'merge', apart: [] }]);
    expect(stats.merges).toBe(1);
  });

  it('moves the consents of a merged profile', () => {
    const state = fresh();
    run(state, received(0, 'web.page-views', { anonymous_id: 'a-1' }), consent(1, { user_id: 'u-1' }, 'granted'));
    const { outputs } = run(state, received(2, 'web.identifications', { user_id: 'u-1', anonymous_id: 'a-1' }));
    const [winner, loser] = [profileIdOf('anonymous_id:a-1'), profileIdOf('user_id:u-1')];
    expect(outputs.consents).toEqual([
      { key: `${loser}|marketing|email`, record: null },
      { key: `${winner}|marketing|email`, record: expect.objectContaining({ profile_id: winner, decision: 'granted', decided_at: NOW + 1 }) },
    ]);
    expect(outputs.activities.map(({ type }) => type)).toEqual(['profile_merged', expect.any(String)]);
  });

  it('states the decision in force where merged profiles disagreed', () => {
    const state = fresh();
    run(state, consent(0, { anonymous_id: 'a-1' }, 'granted'), consent(3, { user_id: 'u-1' }, 'withdrawn'), consent(5, { anonymous_id: 'a-1' }, 'granted'));
    const { outputs } = run(state, received(6, 'web.identifications', { user_id: 'u-1', anonymous_id: 'a-1' }, { method: 'identify' }));
    expect(outputs.activities.map(({ type, occurred_at }) => [type, occurred_at - NOW])).toEqual([['profile_merged', 6], ['consent_granted', 5], ['identified', 6]]);
  });

  it('makes an activity of a decision that changes what is in force, and of no other', () => {
    const { outputs, stats } = run(fresh(),
      consent(10, { user_id: 'u-1' }, 'granted'), consent(20, { user_id: 'u-1' }, 'granted'),
      consent(5, { user_id: 'u-1' }, 'denied'), consent(30, { user_id: 'u-1' }, 'withdrawn'));
    expect(outputs.activities.map(({ type }) => type)).toEqual(['identifier_linked', 'consent_granted', 'consent_withdrawn']);
    expect(outputs.consents.map(({ record }) => record?.decision)).toEqual(['withdrawn']);
    expect(stats.consents).toEqual({ changed: 2, repeated: 1, outdated: 1 });
  });

  it('drops a record that was sent again, in the batch and after it', () => {
    const state = fresh();
    const view = received(0, 'web.page-views', { anonymous_id: 'a-1' });
    const again = { ...received(5, 'web.page-views', { anonymous_id: 'a-1' }), eventId: view.eventId };
    expect(run(state, view, again)).toMatchObject({ stats: { resends: 1 } });
    const { outputs, stats } = run(state, again);
    expect([outputs, stats.resends]).toEqual([{ activities: [], identities: [], consents: [], eventIds: [] }, 1]);
  });

  it('makes one activity of an entity, at the time that its contract names, and none of its corrections', () => {
    const state = fresh();
    const session = (at: number, ended_at: number): BatchRecord => {
      const made = received(at, 'web.sessions', { anonymous_id: 'a-1' }, { started_at: NOW - 90_000, ended_at, updated_at: NOW + at });
      return { ...made, eventId: made.record['session_id'] as string };
    };
    const [first, corrected] = [session(0, NOW - 60_000), session(1, NOW - 30_000)];
    const { outputs } = run(state, first);
    expect(outputs.activities.map(({ type, occurred_at }) => [type, occurred_at])).toEqual([['identifier_linked', NOW - 90_000], ['session_started', NOW - 90_000]]);
    expect(outputs.activities[1]).toMatchObject({ activity_id: first.eventId, received_at: NOW, product: 'web.sessions' });
    expect(run(state, corrected)).toMatchObject({ outputs: { activities: [] }, stats: { resends: 1 } });
  });

  it('skips a record without an identifier that anyone owns', () => {
    const { outputs, stats } = run(fresh(),
      received(0, 'web.page-views', {}), received(0, 'web.page-views', { anonymous_id: 'null' }), received(0, 'web.page-views', { shoe_size: '44' }));
    expect([outputs, stats.withoutIdentifiers]).toEqual([{ activities: [], identities: [], consents: [], eventIds: [] }, 3]);
  });

  it('does not link by a value that nobody owns', () => {
    const { outputs } = run(fresh(), received(0, 'web.page-views', { anonymous_id: 'a-1', user_id: 'undefined' }));
    expect(outputs.identities.map(({ identifier }) => identifier)).toEqual(['anonymous_id:a-1']);
  });

  it('counts a refused merge and attributes the record to the strongest identifier', () => {
    const { outputs, stats } = run(fresh(),
      received(0, 'web.page-views', { user_id: 'u-1', anonymous_id: 'a-1' }), received(1, 'web.page-views', { user_id: 'u-2', anonymous_id: 'a-1' }));
    expect(stats.conflicts).toEqual({ unique: 1, limit: 0, split: 0 });
    expect(outputs.activities.at(-1)).toMatchObject({ profile_id: profileIdOf('user_id:u-2'), identifier: 'user_id:u-2' });
  });

  it('resolves a record that its contract maps to no activity', () => {
    const { outputs, stats } = run(fresh(), received(0, 'web.orders', { user_id: 'u-1' }, { status: 'unheard of' }));
    expect(outputs.activities.map(({ type }) => type)).toEqual(['identifier_linked']);
    expect(stats.unmapped).toBe(1);
  });

  it('gives records that fit their contracts', () => {
    const state = fresh();
    const all = products.filter((product) => product.activity).map((product, index) => received(index, product.id, { user_id: 'u-1', anonymous_id: `a-${index}` }));
    const { outputs } = run(state, ...all, received(99, 'web.page-views', { user_id: 'u-2' }), consent(100, { anonymous_id: 'a-9', phone_sha256: 'p' }, 'denied'));
    const violations = (id: string, records: unknown[]) => records.map((record) => validators.get(id)!(record)).filter((violation) => violation);
    expect(violations('customer.activities', outputs.activities)).toEqual([]);
    expect(violations('customer.identities', outputs.identities)).toEqual([]);
    expect(violations('customer.consents', outputs.consents.flatMap(({ record }) => record ?? []))).toEqual([]);
  });

  it('refuses a second plan before the first has ended, and ends each once', () => {
    const state = fresh();
    const plan = planBatch(state, []);
    expect(() => planBatch(state, [])).toThrow('commit or discard it');
    plan.discard();
    expect(() => plan.commit()).toThrow('no planned batch to commit');
  });

  it('leaves no trace of a batch that it cannot plan', () => {
    const state = fresh();
    const page = productOf(products, 'web.page-views');
    const broken = { ...received(1, 'web.page-views', { user_id: 'u-1' }), product: { ...page, activity: { ...page.activity!, fields: { items: 'nothing' } } } };
    const view = received(0, 'web.page-views', { user_id: 'u-1' });
    expect(() => planBatch(state, [view, broken])).toThrow('activity.fields.items');
    expect(run(state, view).stats).toMatchObject({ links: 1, resends: 0 });
  });
});

describe('an erasure', () => {
  const privacyDeletion = (at: number, id: string) => received(at, 'crm.contact-changes', { hubspot_contact_id: id }, { change: 'deleted', property: 'privacyDeletion' });
  const known = (state: CustomerState) => run(state, received(0, 'web.orders', { user_id: 'u-1', anonymous_id: 'a-1' }), received(1, 'crm.contact-changes', { user_id: 'u-1', hubspot_contact_id: '1:9' }, { change: 'created', property: null }), consent(2, { user_id: 'u-1' }, 'granted'));
  const profile = profileIdOf('user_id:u-1');

  it.each([
    ['by HubSpot', () => privacyDeletion(10, '1:9')],
    ['by an operator', () => received(10, 'customer.erasures', { user_id: 'u-1' })],
  ])('%s is the last activity of the profile; its decisions are taken back', (_, asked) => {
    const state = fresh();
    const id = known(state).outputs.activities[0]!.profile_id;
    const request = asked();
    const { outputs, stats } = run(state, request);
    expect(outputs.activities).toEqual([expect.objectContaining({ profile_id: id, type: 'profile_erased', occurred_at: NOW + 10, origin: request.origin, properties: {} })]);
    expect(validators.get('customer.activities')!(outputs.activities[0])).toBeUndefined();
    expect(outputs.identities.map(({ identifier, profile_id, cause }) => [identifier, profile_id, cause])).toEqual(['user_id:u-1', 'anonymous_id:a-1', 'hubspot_contact_id:1:9'].map((identifier) => [identifier, id, 'erasure']));
    expect(outputs.consents).toEqual([{ key: `${id}|marketing|email`, record: null }]);
    expect(stats).toMatchObject({ erasures: 1, suppressed: 0 });
  });

  it('has all dropped that comes of the person later, also after a restart, and asks for nothing twice', () => {
    const state = fresh();
    known(state);
    const { outputs } = run(state, privacyDeletion(10, '1:9'));
    const restored = fresh();
    for (const { identifier, ...identity } of outputs.identities) restored.graph.restore(identifier, identity);
    for (const later of [state, restored]) {
      const plan = run(later, received(11, 'web.page-views', { anonymous_id: 'a-1' }), consent(12, { user_id: 'u-1' }, 'granted'), received(13, 'web.orders', { user_id: 'u-1', anonymous_id: 'a-new' }), privacyDeletion(14, '1:9'));
      expect(plan.outputs).toMatchObject({ activities: [], identities: [], consents: [] });
      expect(plan.stats).toMatchObject({ records: 4, suppressed: 4, erasures: 0 });
    }
  });

  it('leaves others what they do on a device, or in a deal, that was the person’s too', () => {
    const state = fresh();
    known(state);
    run(state, privacyDeletion(10, '1:9'));
    const { outputs } = run(state, received(11, 'web.orders', { user_id: 'u-2', anonymous_id: 'a-1' }, { status: 'completed' }));
    expect(outputs.activities.map(({ profile_id, type }) => [profile_id, type])).toEqual([[profileIdOf('user_id:u-2'), 'identifier_linked'], [profileIdOf('user_id:u-2'), 'order_completed']]);
    expect(outputs.identities.map(({ identifier }) => identifier)).toEqual(['user_id:u-2']);
  });

  it('of somebody who is not known has what comes later dropped too', () => {
    const state = fresh();
    expect(run(state, received(0, 'customer.erasures', { user_id: 'u-1' })).outputs.activities.map(({ profile_id, type }) => [profile_id, type])).toEqual([[profile, 'identifier_linked'], [profile, 'profile_erased']]);
    expect(run(state, received(1, 'web.orders', { user_id: 'u-1' })).stats.suppressed).toBe(1);
  });

  it('that is not committed has not happened', () => {
    const state = fresh();
    known(state);
    const request = privacyDeletion(10, '1:9');
    const first = planBatch(state, [request]);
    const planned = first.outputs;
    first.discard();
    expect(run(state, request).outputs).toEqual(planned);
  });
});

describe('a split', () => {
  const asked = (at: number, eventId: string, ...leaving: string[]) => {
    const [type, value] = [leaving[0]!.slice(0, leaving[0]!.indexOf(':')), leaving[0]!.slice(leaving[0]!.indexOf(':') + 1)];
    return { ...received(at, 'customer.splits', { [type]: value }, { leaving }), eventId };
  };
  const [REQUEST, OTHER] = ['0f8fad5b-d9cb-469f-a165-70867728950e', '7c9e6679-7425-40de-944b-e07fc1f90ae7'];
  const [profile, made] = [profileIdOf('anonymous_id:a-1'), profileIdOf(`split:${REQUEST}`)];
  /** A device, its user, and the address of somebody else who used it once. */
  const joining = received(1, 'web.page-views', { anonymous_id: 'a-1', user_id: 'u-1', email_sha256: 'e-1' });
  const known = (state: CustomerState) => run(state, consent(0, { anonymous_id: 'a-1' }, 'granted'), joining, consent(2, { email_sha256: 'e-1' }, 'withdrawn'));
  const restarted = (...plans: ReturnType<typeof run>[]) => {
    const state = fresh();
    for (const { outputs } of plans) {
      for (const { identifier, ...identity } of outputs.identities) state.graph.restore(identifier, identity);
      for (const { key, record } of outputs.consents) state.consents.restore(key, record);
    }
    return state;
  };

  it('gives the identifiers a profile of their own, and both what their own identifiers decided', () => {
    const state = fresh();
    known(state);
    const { outputs, stats } = run(state, asked(10, REQUEST, 'email_sha256:e-1'));
    expect(outputs.activities.map(({ profile_id, identifier, type, occurred_at }) => [profile_id, identifier, type, occurred_at - NOW])).toEqual([[profile, 'anonymous_id:a-1', 'profile_split', 10]]);
    const decided = (decision: string, at: number) => [{ purpose: 'marketing', channel: 'email', decision, decided_at: NOW + at }];
    expect(readSplit(outputs.activities[0]!)).toEqual({ into: made, left: ['email_sha256:e-1'], consents: { stayed: decided('granted', 0), left: decided('withdrawn', 2) } });
    expect(outputs.identities.map(({ identifier, profile_id, cause, apart }) => [identifier, profile_id, cause, apart])).toEqual([
      ['email_sha256:e-1', made, 'split', [`+${made}`]], ['anonymous_id:a-1', profile, 'first_seen', [`-${made}`]], ['user_id:u-1', profile, 'link', [`-${made}`]],
    ]);
    expect(outputs.identities.map((identity) => validators.get('customer.identities')!(identity))).toEqual([undefined, undefined, undefined]);
    expect(Object.fromEntries(outputs.consents.map(({ key, record }) => [key, record!.decision]))).toEqual({ [`${profile}|marketing|email`]: 'granted', [`${made}|marketing|email`]: 'withdrawn' });
    expect(stats.splits).toEqual({ done: 1, refused: 0 });
  });

  it('keeps the two apart whatever comes later, the record that had joined them too, and after a takeover that forgot its id', () => {
    const state = fresh();
    const before = known(state);
    const after = run(state, asked(10, REQUEST, 'email_sha256:e-1'));
    for (const later of [state, restarted(before, after)]) {
      const again = { ...received(1, 'web.page-views', joining.identifiers), origin: joining.origin };
      const { outputs, stats } = run(later, again, received(11, 'web.orders', { email_sha256: 'e-1', anonymous_id: 'a-1' }, { status: 'completed' }), received(12, 'web.page-views', { anonymous_id: 'a-1' }));
      expect(stats).toMatchObject({ merges: 0, links: 0, conflicts: { unique: 0, limit: 0, split: 2 } });
      expect(outputs.activities.map(({ profile_id, identifier }) => [profile_id, identifier])).toEqual([[profile, 'user_id:u-1'], [made, 'email_sha256:e-1'], [profile, 'anonymous_id:a-1']]);
      expect(outputs.identities).toEqual([]);
    }
  });

  it('is done once, however often it is asked for, and wherever the identifiers are by then', () => {
    const state = fresh();
    const before = known(state);
    const request = asked(10, REQUEST, 'email_sha256:e-1');
    const after = run(state, request);
    const linked = received(11, 'web.page-views', { email_sha256: 'e-1', anonymous_id: 'a-2' });
    const later = restarted(before, after, run(state, linked));
    expect(run(state, { ...request, eventId: OTHER, record: { ...request.record, leaving: ['email_sha256:e-1', 'anonymous_id:a-2'] } }).stats.splits).toEqual({ done: 0, refused: 1 });
    expect(run(later, request)).toMatchObject({ outputs: { activities: [], identities: [], consents: [] }, stats: { splits: { done: 0, refused: 1 } } });
  });

  it.each([
    ['nobody knows', ['email_sha256:stranger']],
    ['are of several profiles', ['email_sha256:e-1', 'anonymous_id:elsewhere']],
    ['are all that the profile has', ['email_sha256:e-1', 'anonymous_id:a-1', 'user_id:u-1']],
  ])('of identifiers that %s changes nothing', (_, leaving) => {
    const state = fresh();
    known(state);
    run(state, received(3, 'web.page-views', { anonymous_id: 'elsewhere' }));
    expect(run(state, asked(10, REQUEST, ...leaving))).toMatchObject({ outputs: { activities: [], identities: [], consents: [] }, stats: { links: 0, splits: { done: 0, refused: 1 } } });
  });

  it('gives no id that has been used: the identifier that named the profile leaves, and records of before make nothing older', () => {
    const state = fresh();
    known(state);
    run(state, asked(10, REQUEST, 'anonymous_id:a-1'));
    const { outputs } = run(state, received(-5, 'web.page-views', { user_id: 'u-1', anonymous_id: 'a-new' }), received(-6, 'web.page-views', { anonymous_id: 'a-1' }));
    expect(outputs.activities.filter(({ type }) => type === 'profile_merged')).toEqual([]);
    expect(new Map(Array.from(state.graph.entries(), ([identifier, { profile_id }]) => [identifier, profile_id]))).toEqual(new Map([
      ['anonymous_id:a-1', made], ['user_id:u-1', profile], ['email_sha256:e-1', profile], ['anonymous_id:a-new', profile],
    ]));
  });

  it('of somebody who is forgotten by then is dropped', () => {
    const state = fresh();
    known(state);
    const { stats } = run(state, received(9, 'customer.erasures', { user_id: 'u-1' }), asked(10, REQUEST, 'email_sha256:e-1'));
    expect(stats).toMatchObject({ suppressed: 1, splits: { done: 0, refused: 0 } });
  });

  it('that is not committed has not happened', () => {
    const state = fresh();
    known(state);
    const request = asked(10, REQUEST, 'email_sha256:e-1');
    const first = planBatch(state, [request]);
    const planned = first.outputs;
    first.discard();
    expect(run(state, request).outputs).toEqual(planned);
  });
});
