// Personalization on the real platform: documents, consent, merges, a restart, two instances, and its route.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadProducts, productOf, splitProperties, type CustomerActivities, type OperationsQuarantine, type PersonalizationProfiles, type ProductId, type SegmentsState } from '@tideway/contracts';
import { Decoder, Publisher, SchemaRegistry, createKafka, partitionOf, readTopics, type Kafka } from '@tideway/kafka';
import { createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { v4 as uuid } from 'uuid';
import { personalization } from '../app.module.js';
import { activity, decision, item } from './activities.js';

const KEY = 'a-key';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const silent = createLogger('test', 'silent');
const products = loadProducts();
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let registry: SchemaRegistry;
let publisher: Publisher;

const start = () => startService(personalization, { ...platform.env, LOG_LEVEL: 'error', PERSONALIZATION_API_KEYS: `test:${sha256(KEY)}`, PERSONALIZATION_SESSION_TIMEOUT_MS: '2000' });
const patient = (message: string) => ({ timeoutMs: 60_000, message });

async function get(path: string, { from = service, key = KEY as string | null } = {}): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${from.url}/${path}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

/** The document of whoever has the identifier; undefined where nobody has. */
async function documentOf(identifier: string, from = service): Promise<PersonalizationProfiles | undefined> {
  const { status, body } = await get(`v1/profiles/${encodeURIComponent(identifier)}`, { from });
  return status === 200 ? (body as unknown as PersonalizationProfiles) : undefined;
}

/** A new profile in the given one of six partitions. */
function newProfile(partition = 0): string {
  for (;;) {
    const profileId = uuid();
    if (partitionOf(profileId, 6) === partition) return profileId;
  }
}

const of = (profileId: string, activities: CustomerActivities[]) => activities.map((one) => ({ ...one, profile_id: profileId }));
const linked = (identifier: string) => activity('identifier_linked', { identifier, product: 'customer.identities' });
const added = (product: string, occurred_at = 2_000) => activity('product_added', { occurred_at, items: [item(product)] });
const merged = (winner: string) => activity('profile_merged', { product: 'customer.identities', properties: { into: winner } });
const publish = (profileId: string, ...activities: CustomerActivities[]) => publisher.publish('customer.activities', of(profileId, activities));

function stateOf(profileId: string, segment: string | undefined, change: Partial<SegmentsState> = {}): SegmentsState {
  const segments = segment === undefined ? [] : [{ segment, version: 1, since: 1_000 }];
  return { profile_id: profileId, sequence: 1, segments, traits: { orders_30d: '1' }, aliases: [], next_timer_at: null, evaluated_at: 1_000, caused_at: 1_000, definitions: 'f', effective: {}, effective_floor: 0, shares: [], ...change };
}

async function read<T>(id: ProductId): Promise<{ key: string; value: T | null }[]> {
  const product = productOf(products, id);
  const decoder = new Decoder<T>(registry, product);
  const found: { key: string; value: T | null }[] = [];
  await readTopics(kafka, new Map([[product.topic, []]]), async ({ message }) => {
    found.push({ key: String(message.key), value: message.value ? await decoder.decode(message.value) : null });
  }, { isSettled: true });
  return found;
}

/** Sends bytes, or a tombstone, that no publisher would. */
async function sendRaw(topic: string, key: string, value: Buffer | null): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key, value, partition: partitionOf(key, 6) }] });
  await producer.disconnect();
}

beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  const config = loadConfig({ ...kafkaShape, ...registryShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  registry = new SchemaRegistry(config);
  publisher = new Publisher({ kafka, registry, products, service: 'test', logger: silent });
  service = await start();
});

afterAll(async () => {
  await publisher?.disconnect();
  await service?.close();
  await platform?.stop();
});

describe('personalization', () => {
  it('gives one document of all that is known, by any identifier', async () => {
    const profileId = newProfile(1);
    await publish(profileId, linked('anonymous_id:a1'), linked('user_id:u1'), decision('granted', 900), activity('product_viewed', { items: [item('p-1', 1, 'shoes')] }),
      activity('order_completed', { occurred_at: 1_500, value_micros: 7_000_000, currency: 'EUR' }), added('p-2'));
    await publisher.publish('segments.state', [stateOf(profileId, 'high-intent')]);
    await waitFor(async () => {
      const document = await documentOf('user_id:u1');
      return document?.segments.length === 1 && document.open_cart_items.length === 1;
    }, patient('the document'));
    const document = await documentOf('user_id:u1');
    expect(document).toEqual({
      profile_id: profileId, version: expect.any(Number), updated_at: expect.any(Number), identifiers: ['anonymous_id:a1', 'user_id:u1'],
      segments: [{ segment: 'high-intent', version: 1, since: 1_000 }], traits: { orders_30d: '1' }, affinities: { shoes: 1 },
      last_viewed: [{ product_id: 'p-1', name: 'The p-1', viewed_at: 1_000 }], open_cart_items: [item('p-2')], open_cart_updated_at: 2_000,
      orders_count: 1, orders_total_micros: 7_000_000, orders_currency: 'EUR', last_order_at: 1_500,
      consents: [{ purpose: 'personalization', channel: 'any', decision: 'granted', decided_at: 900 }],
    });
    expect(await documentOf('anonymous_id:a1')).toEqual(document);
  });

  it('withholds all that needs consent as soon as it is withdrawn, on the topic too, and gives it again with a new one', async () => {
    const profileId = newProfile(2);
    await publish(profileId, linked('user_id:u2'), decision('granted', 900), added('p-1'));
    await waitFor(async () => (await documentOf('user_id:u2'))?.open_cart_items.length === 1, patient('the cart'));
    await publish(profileId, decision('withdrawn', 3_000));
    await waitFor(async () => (await documentOf('user_id:u2'))?.open_cart_items.length === 0, patient('no cart'));
    const published = (await read<PersonalizationProfiles>('personalization.profiles')).filter(({ key }) => key === profileId).at(-1)!.value!;
    expect(published).toMatchObject({ identifiers: ['user_id:u2'], open_cart_items: [], open_cart_updated_at: null, affinities: {}, consents: [{ decision: 'withdrawn' }] });
    await publish(profileId, decision('granted', 4_000));
    await waitFor(async () => (await documentOf('user_id:u2'))?.open_cart_items.length === 1, patient('the cart again'));
  });

  it('keeps traits that come before the first identifier', async () => {
    const profileId = newProfile(3);
    await publisher.publish('segments.state', [stateOf(profileId, undefined)]);
    await waitFor(async () => (await read('personalization.profiles')).some(({ key }) => key === profileId), patient('the traits'));
    await publish(profileId, linked('user_id:u3'), decision('granted', 900));
    await waitFor(async () => (await documentOf('user_id:u3'))?.consents.length === 1, patient('the identifier'));
    expect((await documentOf('user_id:u3'))!.traits).toEqual({ orders_30d: '1' });
  });

  it('keeps nothing of an erased profile, whatever segments says of it later', async () => {
    const profileId = newProfile(1);
    await publish(profileId, linked('user_id:erased'), decision('granted', 900), added('p-1'));
    await waitFor(async () => (await documentOf('user_id:erased'))?.open_cart_items.length === 1, patient('the cart'));
    await publish(profileId, activity('profile_erased', { product: 'customer.identities' }));
    await waitFor(async () => (await documentOf('user_id:erased')) === undefined, patient('nothing'));
    await publisher.publish('segments.state', [stateOf(profileId, 'high-intent')]);
    await publish(newProfile(1), linked('user_id:after the erased one'));
    await waitFor(async () => (await documentOf('user_id:after the erased one')) !== undefined, patient('what came after'));
    expect((await read('personalization.profiles')).filter(({ key }) => key === profileId).at(-1)!.value).toBeNull();
  });

  it('gives identifiers that are split off a document of their own, and leaves nothing in the other of which it is not known whose it is', async () => {
    const [profileId, into, loser] = [newProfile(1), newProfile(2), newProfile(3)];
    await publish(profileId, linked('user_id:stays'), linked('anonymous_id:leaves'), decision('granted', 900), added('p-1'));
    await publish(loser, linked('anonymous_id:leaves too'), added('p-2'));
    await publisher.publish('segments.state', [stateOf(profileId, 'stays')]);
    await waitFor(async () => (await documentOf('anonymous_id:leaves'))?.segments.length === 1 && (await documentOf('anonymous_id:leaves too')), patient('two documents'));
    const consents = { stayed: [{ purpose: 'personalization', channel: 'any', decision: 'granted', decided_at: 900 }], left: [] };
    await publish(profileId, activity('profile_split', { product: 'customer.identities', properties: splitProperties({ into, left: ['anonymous_id:leaves', 'anonymous_id:leaves too'], consents }) }));
    await waitFor(async () => (await documentOf('anonymous_id:leaves'))?.profile_id === into, patient('a document of their own'));
    // A merge of before the split comes to be known after it, and after a restart.
    await service.close();
    service = await start();
    await publish(loser, merged(profileId));
    await publish(profileId, linked('user_id:after'), added('p-3'));
    await waitFor(async () => (await documentOf('user_id:after'))?.open_cart_items.length === 1 && (await documentOf('anonymous_id:leaves too'))?.profile_id === into, patient('what came after'));
    expect(await documentOf('user_id:stays')).toMatchObject({ profile_id: profileId, identifiers: ['user_id:after', 'user_id:stays'], segments: [{ segment: 'stays' }], open_cart_items: [item('p-3')], consents: consents.stayed });
    expect(await documentOf('anonymous_id:leaves too')).toMatchObject({ profile_id: into, identifiers: ['anonymous_id:leaves', 'anonymous_id:leaves too'], open_cart_items: [], consents: [] });
  });

  it.each([['in one partition', 4, 4], ['across partitions', 5, 0]])('hands a merged-away profile over to the winner %s', async (name, from, to) => {
    const [loser, winner] = [newProfile(from), newProfile(to)];
    const [lost, won] = [`anonymous_id:lost ${name}`, `user_id:won ${name}`];
    await publish(winner, linked(won), decision('granted', 900), added('p-1'));
    await publish(loser, linked(lost), added('p-2', 3_000), activity('order_completed', { occurred_at: 1_000, value_micros: 5_000_000, currency: 'EUR' }));
    await publisher.publish('segments.state', [stateOf(loser, 'loses'), stateOf(winner, 'wins')]);
    await waitFor(async () => (await documentOf(lost))?.segments.length === 1 && (await documentOf(won))?.segments.length === 1, patient('two documents'));
    await publish(loser, merged(winner));
    await waitFor(async () => (await documentOf(lost))?.profile_id === winner, patient('one document'));
    expect(await documentOf(won)).toMatchObject({ identifiers: [lost, won], orders_count: 1, open_cart_items: [item('p-1'), item('p-2')], segments: [{ segment: 'wins' }] });
    // Segments said this before it heard of the merge.
    await publisher.publish('segments.state', [stateOf(loser, 'loses')]);
    await sendRaw(productOf(products, 'segments.state').topic, loser, null);
    await publish(winner, added('p-3', 4_000));
    await publish(newProfile(from), linked(`user_id:after ${name}`));
    await waitFor(async () => (await documentOf(`user_id:after ${name}`)) && (await documentOf(lost))?.open_cart_items.length === 3, patient('what came after'));
    const published = (await read<PersonalizationProfiles>('personalization.profiles')).filter(({ key }) => key === loser);
    expect(published.slice(-2).map(({ value }) => value?.segments[0]?.segment)).toEqual(['loses', undefined]);
    expect(published.filter(({ value }) => value === null)).toHaveLength(1);
  });

  it('takes a chain of merges to its end, also what is handed over after the winner was merged away, and after a restart', async () => {
    const [a, b, c] = [newProfile(0), newProfile(1), newProfile(2)] as [string, string, string];
    for (const [profileId, name] of [[a, 'A'], [b, 'B'], [c, 'C']] as const) await publish(profileId, linked(`user_id:${name}`), decision('granted', 900), added(`p-${name}`));
    await waitFor(async () => (await Promise.all(['A', 'B', 'C'].map((name) => documentOf(`user_id:${name}`)))).every((document) => document?.open_cart_items.length === 1), patient('three documents'));
    await publish(b, merged(c));
    await waitFor(async () => (await documentOf('user_id:B'))?.profile_id === c, patient('B is C'));
    await service.close();
    service = await start();
    await publish(a, merged(b));
    await waitFor(async () => (await documentOf('user_id:A'))?.profile_id === c, patient('A is C'));
    const document = (await documentOf('user_id:C'))!;
    expect(document.identifiers).toEqual(['user_id:A', 'user_id:B', 'user_id:C']);
    expect(document.open_cart_items.map(({ product_id }) => product_id).sort()).toEqual(['p-A', 'p-B', 'p-C']);
  });

  it('answers for every profile from the moment it is ready after a restart, and goes on with what it knew', async () => {
    const before = await documentOf('user_id:u1');
    const many = Array.from({ length: 5_000 }, (_, i) => `user_id:many-${i}`);
    await publisher.publish('customer.activities', many.flatMap((identifier) => of(uuid(), [linked(identifier)])));
    await waitFor(async () => (await Promise.all(many.slice(-20).map((identifier) => documentOf(identifier)))).every(Boolean), patient('many documents'));
    await service.close();
    service = await start();
    const unknown = (await Promise.all(many.slice(-100).map(async (identifier) => ({ identifier, known: await documentOf(identifier) })))).filter(({ known }) => !known);
    expect(unknown).toEqual([]);
    expect((await get('health/ready', { key: null })).body).toEqual({ ready: true, checks: { kafka: 'ok', registry: 'ok', profiles: 'ok' } });
    expect(await documentOf('user_id:u1')).toEqual(before);
    // Identifiers of those merged away are the winners', whichever partition was read first.
    for (const identifier of ['user_id:A', 'user_id:B', 'anonymous_id:lost across partitions', 'anonymous_id:lost in one partition']) expect([identifier, await documentOf(identifier)]).toEqual([identifier, expect.anything()]);
    await publish(before!.profile_id, added('p-3', 5_000));
    await waitFor(async () => (await documentOf('user_id:u1'))?.open_cart_items.length === 2, patient('the next item'));
    expect(await documentOf('user_id:u1')).toMatchObject({ version: before!.version + 1, orders_count: 1, open_cart_items: [item('p-2'), item('p-3')] });
  });

  it('puts what does not decode into quarantine and goes on with the partition', async () => {
    const profileId = newProfile(3);
    for (const id of ['customer.activities', 'segments.state'] as const) await sendRaw(productOf(products, id).topic, profileId, Buffer.from('plain text'));
    await publish(profileId, linked('user_id:u4'));
    await publisher.publish('segments.state', [stateOf(profileId, 'after')]);
    await waitFor(async () => (await documentOf('user_id:u4'))?.segments.length === 1, patient('what came after'));
    const quarantined = (await read<OperationsQuarantine>('operations.quarantine')).map(({ value }) => value!);
    expect(quarantined.map(({ service: by, stage, code, product, original }) => [by, stage, code, product, original.toString()]).sort()).toEqual([
      ['personalization', 'decode', 'not_decodable', 'customer.activities', 'plain text'],
      ['personalization', 'decode', 'not_decodable', 'segments.state', 'plain text'],
    ]);
  });

  it('shares its partitions between two instances, which both answer for every profile', async () => {
    const second = await start();
    try {
      const assigned = async () => {
        const admin = kafka.admin();
        await admin.connect();
        const { groups: [group] } = await admin.describeGroups(['personalization']);
        await admin.disconnect();
        return group!.state === 'Stable' ? group!.members.length : 0;
      };
      await waitFor(async () => (await assigned()) === 2, patient('two members'));
      for (let partition = 0; partition < 6; partition += 1) await publish(newProfile(partition), linked(`user_id:shared-${partition}`));
      for (const from of [service, second]) {
        for (let partition = 0; partition < 6; partition += 1) {
          await waitFor(() => documentOf(`user_id:shared-${partition}`, from), patient(`profile ${partition}`));
        }
        expect(await documentOf('user_id:u1', from)).toMatchObject({ orders_count: 1 });
      }
      const counts = await Promise.all([service, second].map(async (from) => Number(/^tideway_consumer_lag\{.*customer\.activities/m.test(await (await fetch(`${from.url}/metrics`)).text()))));
      expect(counts).toEqual([1, 1]);
    } finally {
      await second.close();
    }
  });
});

describe('GET /v1/profiles/{type}:{value}', () => {
  it('hashes a raw e-mail address before it looks it up', async () => {
    await publish(newProfile(), linked(`email_sha256:${sha256('ada@example.com')}`));
    await waitFor(() => documentOf(`email_sha256:${sha256('ada@example.com')}`), patient('the hash'));
    expect(await documentOf('email_sha256: Ada@Example.com')).toMatchObject({ identifiers: [`email_sha256:${sha256('ada@example.com')}`] });
  });

  it('takes identifiers as long as they may be, with slashes and colons in them', async () => {
    const long = `user_id:${'x'.repeat(250)}/:%`;
    await publish(newProfile(), linked(long));
    await waitFor(() => documentOf(long), patient('the long one'));
    expect((await documentOf(long))!.identifiers).toEqual([long]);
  });

  it.each([
    ['no key', 'v1/profiles/user_id:u1', null, 401, { code: 'unauthorised', field: 'authorization', message: expect.stringContaining('Authorization: Bearer') }],
    ['a wrong key', 'v1/profiles/user_id:u1', 'wrong', 401, { code: 'unauthorised', field: 'authorization', message: expect.any(String) }],
    ['no type', 'v1/profiles/u1', KEY, 400, { code: 'unknown_type', field: 'identifier', message: expect.stringContaining('{type}:{value}') }],
    ['an unknown type', 'v1/profiles/shoe_size:43', KEY, 400, { code: 'unknown_type', field: 'identifier', message: expect.stringContaining('"shoe_size"') }],
    ['a value that is none', 'v1/profiles/email_sha256:nonsense', KEY, 400, { code: 'invalid', field: 'identifier', message: expect.stringContaining('email_sha256') }],
    ['a placeholder', 'v1/profiles/user_id:null', KEY, 400, { code: 'blocked', field: 'identifier', message: expect.stringContaining('user_id') }],
    ['nobody', 'v1/profiles/user_id:nobody', KEY, 404, { code: 'not_found', field: 'identifier', message: 'nobody is known as user_id:nobody' }],
    ['another path', 'v2/profiles', KEY, 404, { code: 'not_found', field: '', message: expect.stringContaining('GET /v1/profiles') }],
  ] as const)('refuses %s with code, field and message', async (_, path, key, status, body) => {
    const answer = await get(path, { key });
    expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
