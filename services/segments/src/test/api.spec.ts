// The HTTP API on the real platform: sizes, reasons, previews, changes and exports of what the service has evaluated.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickHouse, createTable, createView, type ClickHouseClient } from '@tideway/clickhouse';
import { productOf, schemasDir, type SegmentsState } from '@tideway/contracts';
import { Publisher, SchemaRegistry, createKafka, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, registryShape, startService, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { segments } from '../app.module.js';
import { activity, decided, erasedPerson, merged, newProfile, ordered, split } from './activities.js';
import { DefinitionsFolder } from './definitions-folder.js';
import { EventSourceClient } from './event-source.js';
import { Topics } from './topics.js';

const silent = createLogger('test', 'silent');
const hashed = (key: string) => `${key}:${createHash('sha256').update(key).digest('hex')}`;
const membersView = readFileSync(path.join(schemasDir(), 'views/segments.members.sql'), 'utf8');
const folder = new DefinitionsFolder();
const email = createHash('sha256').update('ada@example.com').digest('hex');
/** Ordered three times, once of these before she was known as herself. */
const [ada, visitor, bert, erased] = [newProfile(), newProfile(), newProfile(), newProfile()];
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let clickhouse: ClickHouseClient;
let publisher: Publisher;
let topics: Topics;

const patient = (message: string) => ({ timeoutMs: 30_000, intervalMs: 100, message });
const instant = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

async function api(route: string, { key = 'reader', body, method = body === undefined ? 'GET' : 'POST' }: { key?: string; body?: string; method?: string } = {}): Promise<{ status: number; body: any }> {
  const response = await fetch(`${service.url}/v1/${route}`, { method, headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/yaml' }) }, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: await response.json() };
}

/** What the warehouse would have: identities, and the states that are on the topic. */
async function storeAsWarehouse(owners: Record<string, string>): Promise<void> {
  const origin = { _partition: 0, _offset: Date.now() };
  await clickhouse.insert({ table: 'customer.identities_v1', format: 'JSONEachRow', values: Object.entries(owners).map(([identifier, profile_id]) => ({ ...origin, identifier, profile_id, since: '2026-01-01 00:00:00.000', cause: 'test' })) });
  await clickhouse.insert({ table: 'segments.state_v1', format: 'JSONEachRow', values: [...(await topics.states()).values()].map((state) => ({
    ...origin, ...state, next_timer_at: null, evaluated_at: instant(state.evaluated_at), caused_at: instant(state.caused_at),
    segments: state.segments.map((one: SegmentsState['segments'][number]) => ({ ...one, since: instant(one.since) })),
  })) });
}

beforeAll(async () => {
  process.env['TIDEWAY_SCHEMAS'] = folder.dir;
  folder.write({
    buyers: { purpose: 'marketing', when: '{ trait: orders, gte: 1 }' },
    'repeat-buyers': { purpose: 'advertising', when: '{ trait: orders, gte: 3 }', version: 4 },
  });
  platform = await startTestPlatform();
  const config = loadConfig({ ...kafkaShape, ...registryShape, ...clickhouseShape }, platform.env);
  kafka = createKafka(config, 'test', silent);
  const registry = new SchemaRegistry(config);
  topics = new Topics(kafka, registry);
  clickhouse = createClickHouse(config, 'test');
  publisher = new Publisher({ kafka, registry, products: topics.products, service: 'test', logger: silent });
  const tables = (['customer.identities', 'segments.state'] as const).map((id) => productOf(topics.products, id));
  for (const query of ['CREATE DATABASE customer', 'CREATE DATABASE segments', ...tables.flatMap((product) => [createTable(product)[0]!, createView(product)]), membersView]) await clickhouse.command({ query });
  const keys = { SEGMENTS_READER_KEYS: hashed('reader'), SEGMENTS_EXPORTER_KEYS: hashed('exporter'), SEGMENTS_AUTHOR_KEYS: hashed('author'), SEGMENTS_BURST_REQUESTS: '1000' };
  service = await startService(segments, { ...platform.env, LOG_LEVEL: 'error', ...keys });
  await publisher.connect();
  const ofAda = { identifier: `email_sha256:${email}` };
  await publisher.publish('customer.activities', [
    ...[ada, bert].flatMap((profileId) => [decided(profileId, 'granted', 'marketing'), decided(profileId, 'granted', 'advertising')]),
    activity(visitor, 'order_completed', { product: 'web.orders' }), merged(visitor, ada),
    { ...ordered(ada), ...ofAda }, ordered(ada), ordered(bert),
    decided(erased, 'granted', 'marketing'), ordered(erased), erasedPerson(erased),
  ]);
  await waitFor(async () => (await topics.stateOf(ada))?.segments.length === 2 && (await topics.stateOf(bert))?.segments.length === 1, patient('members'));
  const stored = async () => (await (await clickhouse.query({ query: 'SELECT count() AS n FROM segments.activities', format: 'JSONEachRow' })).json<{ n: number }>())[0]!.n;
  await waitFor(async () => Number(await stored()) === 12, patient('their activities'));
  await storeAsWarehouse({ [`user_id:${ada}`]: ada, [`user_id:${visitor}`]: ada, [`email_sha256:${email}`]: ada, [`user_id:${bert}`]: bert, 'hubspot_contact_id:=danger': bert });
  await clickhouse.insert({ table: 'segments.state_v1', format: 'JSONEachRow', values: [visitor, erased].map((profile_id, i) => ({ _partition: 0, _offset: Date.now() + i, _deleted: 1, profile_id })) });
});

afterAll(async () => {
  await publisher?.disconnect();
  await service?.close();
  await clickhouse?.close();
  await platform?.stop();
  folder.remove();
});

describe('what there is', () => {
  it('is listed with sizes, and told in full one by one', async () => {
    const { body } = await api('segments');
    const described = { owner: 'test', channel: 'any' };
    expect(body.segments).toEqual([
      { name: 'buyers', version: 1, description: 'buyers', purpose: 'marketing', ...described, size: 2 },
      { name: 'repeat-buyers', version: 4, description: 'repeat-buyers', purpose: 'advertising', ...described, size: 1 },
    ]);
    expect((await api('segments/repeat-buyers')).body).toEqual({
      ...body.segments[1], file: 'schemas/segments/repeat-buyers.yaml', yaml: expect.stringContaining('when: { trait: orders, gte: 3 }'),
      definition: expect.objectContaining({ when: { trait: 'orders', gte: 3 } }), traits: [{ name: 'orders', description: 'orders', owner: 'test', operator: 'count', window: 'all' }],
    });
    expect((await api('segments/buyers/size')).body).toEqual({ segment: 'buyers', size: 2 });
    const sample = (await api('segments/buyers/sample?limit=1')).body;
    expect(sample).toEqual({ segment: 'buyers', members: [{ profile_id: expect.stringMatching(new RegExp(`${ada}|${bert}`)), since: expect.any(Number) }] });
    expect((await api('segments/buyers/sample?limit=1')).body).toEqual(sample);
  });

  it('is told of a person by any identifier, raw ones too, by profile, and by a profile that was merged away', async () => {
    const since = (await topics.stateOf(ada))!.segments;
    for (const person of [`user_id:${ada}`, 'email_sha256: ADA@example.com', ada, visitor]) {
      expect([person, (await api(`profiles/${encodeURIComponent(person)}/segments`)).body]).toEqual([person, { profile_id: ada, segments: since }]);
    }
  });

  it.each([
    ['no key', 'segments', '', 401, 'unauthorised'],
    ['an unknown segment', 'segments/none/size', 'reader', 404, 'not_found'],
    ['an unknown person', 'profiles/user_id:nobody/segments', 'reader', 404, 'not_found'],
    ['an unknown profile', `profiles/${newProfile()}/segments`, 'reader', 404, 'not_found'],
    ['no identifier', 'profiles/ada/segments', 'reader', 400, 'unknown_type'],
    ['a limit out of range', 'segments/buyers/sample?limit=5000', 'reader', 400, 'format'],
    ['nobody to explain', 'segments/buyers/why', 'reader', 400, 'format'],
    ['an export by a reader', 'segments/buyers/members', 'reader', 403, 'forbidden'],
    ['an identifier that the purpose does not allow', 'segments/repeat-buyers/members?identifiers=user_id', 'exporter', 403, 'not_allowed'],
    ['another path', 'audiences', 'reader', 404, 'not_found'],
  ])('refuses %s', async (_, route, key, status, code) => {
    expect(await api(route, { key })).toEqual({ status, body: { code, field: expect.any(String), message: expect.any(String) } });
  });

  it('has an OpenAPI document without a key', async () => {
    expect(await (await fetch(`${service.url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.1', paths: { '/v1/segments/{name}/why': expect.anything() } });
  });
});

describe('why', () => {
  it('counts what a person did before and after they were known, as the stream does', async () => {
    const { body } = await api(`segments/repeat-buyers/why?identifier=user_id:${ada}`);
    expect(body).toEqual({
      segment: 'repeat-buyers', version: 4, profile_id: ada, member: true, since: (await topics.stateOf(ada))!.segments[1]!.since, as_of: expect.any(Number),
      findings: [{ depth: 0, holds: true, sentence: expect.stringContaining('consent to advertising was granted'), must: null }, { depth: 0, holds: true, sentence: 'orders is 3, must be at least 3', must: null }],
    });
  });

  it('tells who is none what it would take', async () => {
    const { body } = await api(`segments/repeat-buyers/why?profile_id=${bert}`);
    expect(body).toMatchObject({ member: false, since: null, findings: [{ holds: true }, { holds: false, sentence: 'orders is 1, must be at least 3', must: 'be at least 3' }] });
  });
});

const draft = (when: string, name = 'draft') => `name: ${name}\nversion: 1\ndescription: not saved\nowner: test\npurpose: marketing\nwhen: ${when}\n`;

describe('a preview', () => {
  const preview = (body: string) => api('segments/preview', { key: 'author', body });

  it('has the members that the definition would have, merged ones as one, erased ones not at all', async () => {
    expect(await preview(draft('{ trait: orders, gte: 3 }'))).toEqual({ status: 200, body: {
      as_of: expect.any(Number), segments: [{ segment: 'draft', size: 1, sample: [ada] }], cost: { rows_read: expect.any(Number), bytes_read: expect.any(Number), ms: expect.any(Number) },
    } });
    const both = (await preview(draft('{ trait: orders, gte: 1 }', 'buyers'))).body.segments[0];
    expect([both.size, both.sample.sort()]).toEqual([2, [ada, bert].sort()]);
    expect((await preview(draft('{ trait: orders, gte: 99 }'))).body.segments).toEqual([{ segment: 'draft', size: 0, sample: [] }]);
  });

  it('brings traits of its own', async () => {
    const trait = 'name: mailed_orders\ndescription: d\nowner: test\noperator: count\nover: { types: [order_completed], where: { identifier: email_sha256:X } }\nwindow: 30d\n'.replace('X', email);
    expect((await preview(`${trait}---\n${draft('{ trait: mailed_orders, eq: 1 }')}`)).body.segments).toEqual([{ segment: 'draft', size: 1, sample: [ada] }]);
  });

  it('works out the boundaries of a score that is not saved', async () => {
    const trait = 'name: order_rank\ndescription: d\nowner: test\noperator: score\nof: orders\ninto: 2\n';
    expect((await preview(`${trait}---\n${draft('{ trait: order_rank, eq: 2 }')}`)).body.segments).toEqual([{ segment: 'draft', size: 1, sample: [ada] }]);
    expect((await preview(`${trait}---\n${draft('{ trait: order_rank, eq: 1 }')}`)).body.segments).toEqual([{ segment: 'draft', size: 1, sample: [bert] }]);
  });

  it('has what identifiers of a profile that was split did for who has them now, as reasons have', async () => {
    const [carl, dora, device] = [newProfile(), newProfile(), newProfile()];
    const byDevice = { identifier: `user_id:${device}` };
    const consent = decided(carl, 'granted', 'analytics');
    await publisher.publish('customer.activities', [consent, ordered(carl), { ...consent, ...byDevice }, { ...ordered(carl), ...byDevice }, { ...ordered(carl), ...byDevice }, split(carl, dora, device)]);
    await waitFor(async () => (await topics.stateOf(dora))?.traits['orders'] === '2', patient('the new profile'));
    await storeAsWarehouse({ [`user_id:${carl}`]: carl, [`user_id:${device}`]: dora });
    for (const [orders, owner] of [[1, carl], [2, dora]] as const) {
      const { body } = await preview(draft(`{ trait: orders, eq: ${orders} }`).replace('marketing', 'analytics'));
      expect(body.segments).toEqual([{ segment: 'draft', size: 1, sample: [owner] }]);
      const why = (await api(`segments/buyers/why?profile_id=${owner}`)).body;
      expect([why.profile_id, why.findings.at(-1).sentence]).toEqual([owner, `orders is ${orders}, must be at least 1`]);
    }
    expect((await api(`segments/buyers/why?identifier=user_id:${device}`)).body.profile_id).toBe(dora);
  });

  it('tells every problem with its line', async () => {
    expect(await preview(draft('{ trait: odrers, gte: 1 }').replace('marketing', 'spam'))).toEqual({ status: 422, body: {
      code: 'definition', field: 'body', message: expect.stringContaining('2 problems'),
      problems: [{ file: 'schemas/segments/draft.yaml', line: 5, message: expect.stringContaining('"spam"') }, { file: 'schemas/segments/draft.yaml', line: 6, message: expect.stringContaining('no trait "odrers"') }],
    } });
  });

  it('is one at a time of a key, and of a definition that is not too long', async () => {
    const statuses = (await Promise.all(Array.from({ length: 4 }, () => preview(draft('{ trait: orders, gte: 3 }'))))).map(({ status }) => status);
    expect([statuses.includes(200), statuses.includes(429)]).toEqual([true, true]);
    expect(await preview(`#${'x'.repeat(300_000)}`)).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });
});

describe('writing', () => {
  const put = (route: string, body: string, key = 'author') => api(route, { method: 'PUT', key, body });
  const remove = (route: string) => api(route, { method: 'DELETE', key: 'author' });
  const twice = (version: number, least: number, trait = 'orders') => `name: twice\nversion: ${version}\ndescription: Twice\nowner: test\npurpose: marketing\nwhen: { trait: ${trait}, gte: ${least} }\n`;
  const isMember = async (profileId: string) => (await topics.stateOf(profileId))!.segments.some(({ segment }) => segment === 'twice');

  it('puts a segment in force, tells how many it will have, and brings them in', async () => {
    expect(await put('segments/twice', twice(1, 2))).toMatchObject({ status: 200, body: { name: 'twice', written: true, size: 1, cost: { rows_read: expect.any(Number) } } });
    expect((await api('segments/twice')).body).toMatchObject({ name: 'twice', version: 1, file: 'written/segments/twice.yaml', yaml: twice(1, 2) });
    await waitFor(() => isMember(ada), patient('the member'));
    expect(await isMember(bert)).toBe(false);
  });

  it('is of authors, of one name, and a change is a version', async () => {
    expect((await put('segments/twice', twice(1, 2), 'reader')).status).toBe(403);
    expect(await put('segments/buyers', twice(1, 2))).toMatchObject({ status: 409, body: { code: 'in_a_file', message: expect.stringContaining('schemas/segments/buyers.yaml') } });
    const misnamed = await put('segments/once', twice(1, 2));
    expect([misnamed.status, misnamed.body.problems[0]]).toEqual([422, { file: 'written/segments/once.yaml', line: 1, message: expect.stringContaining('make them the same') }]);
    expect(await put('segments/twice', twice(1, 3))).toMatchObject({ status: 409, body: { code: 'same_version', message: expect.stringContaining('raise its version to 2') } });
    expect((await put('segments/twice', twice(2, 1))).body).toMatchObject({ size: 2 });
    await waitFor(() => isMember(bert), patient('the other member'));
  });

  it('of traits too, unless a segment would be left without', async () => {
    const trait = 'name: orders_lately\ndescription: Orders\nowner: test\noperator: count\nover: { types: [order_completed] }\nwindow: 40d\n';
    expect((await put('traits/orders_lately', trait)).body).toEqual({ name: 'orders_lately', written: true, size: null, cost: null });
    expect((await put('segments/twice', twice(3, 2, 'orders_lately'))).status).toBe(200);
    await waitFor(async () => !(await isMember(bert)), patient('the former member'));
    // Both are in memory, without what the new trait counts: of one some rows are those of a profile that was merged into it.
    await publisher.publish('customer.activities', [ordered(ada), ordered(bert)]);
    await waitFor(() => isMember(bert), patient('the member again'));
    await waitFor(async () => (await topics.stateOf(ada))!.traits['orders_lately'] === '4', patient('the other'));
    expect((await topics.stateOf(bert))!.traits['orders_lately']).toBe('2');
    expect(await remove('traits/orders_lately')).toMatchObject({ status: 422, body: { problems: [{ file: 'written/segments/twice.yaml', message: expect.stringContaining('no trait "orders_lately"') }] } });
  });

  it('is undone, and everybody leaves', async () => {
    expect(await remove('segments/twice')).toMatchObject({ status: 200, body: { written: false } });
    await waitFor(async () => !(await isMember(ada)) && !(await isMember(bert)), patient('nobody'));
    expect(await remove('segments/twice')).toMatchObject({ status: 404, body: { code: 'unknown' } });
    expect((await remove('traits/orders_lately')).status).toBe(200);
    expect((await api('segments/twice')).status).toBe(404);
  });
});

describe('changes', () => {
  const follow = (lastId?: string) => EventSourceClient.open(`${service.url}/v1/segments/buyers/changes`, { authorization: 'Bearer reader', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) });
  const streams = async () => Number(/^tideway_segments_streams\{[^}]*\} (.*)$/m.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1]);
  /** Makes somebody a buyer, and gives their profile. */
  const buy = async () => {
    const profileId = newProfile();
    await publisher.publish('customer.activities', [decided(profileId, 'granted', 'marketing'), decided(profileId, 'granted', 'advertising'), ...Array.from({ length: 3 }, () => ordered(profileId))]);
    return profileId;
  };

  it('come as they happen, of the one segment, and what a client missed once, with what came meanwhile behind it', async () => {
    const [first, second] = [await follow(), await follow()];
    const before = await buy();
    await waitFor(async () => first.changes().length === 1 && second.changes().length === 1, patient('the first change'));
    expect(first.events[0]!.event).toBe('entered');
    expect(first.changes()).toEqual([expect.objectContaining({ profile_id: before, segment: 'buyers', change: 'entered', reason: 'consent', sequence: 1 })]);
    expect(first.changes()[0]).not.toHaveProperty('segments');
    await first.close();
    await waitFor(async () => (await streams()) === 1, patient('one stream'));
    const missed = [await buy(), await buy()];
    await waitFor(async () => second.changes().length === 3, patient('the others'));
    const third = await follow(first.lastId);
    const after = await buy();
    await waitFor(async () => third.changes().length === 3, patient('what was missed'));
    expect(third.changes<{ profile_id: string }>().map(({ profile_id }) => profile_id).sort()).toEqual([...missed, after].sort());
    expect(third.changes<{ profile_id: string }>().at(-1)!.profile_id).toBe(after);
    await Promise.all([second.close(), third.close()]);
    await waitFor(async () => (await streams()) === 0, patient('no stream'));
  });

  it('end with their consumer, and begin anew after it from where a client was', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const groups = async () => (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith('tideway-read-changes'));
    await waitFor(async () => (await groups()).length === 0, patient('no group is left'));
    const gone = await follow();
    await waitFor(async () => gone.lastId !== undefined, patient('an id'));
    expect(await groups()).toHaveLength(1);
    await gone.close();
    await waitFor(async () => (await groups()).length === 0, patient('the group is gone'));
    const profileId = await buy();
    const back = await follow(gone.lastId);
    await waitFor(async () => back.changes().length === 1, patient('the change'));
    expect(back.changes()).toEqual([expect.objectContaining({ profile_id: profileId })]);
    await back.close();
    await admin.disconnect();
  });

  it('that the log has not got are refused', async () => {
    await expect(follow('0:999999')).rejects.toThrow(/^410 .*segments.memberships.v1\[0\] has not got offset 999999/);
    await expect(follow('yesterday')).rejects.toThrow(/^400 /);
  });
});

describe('an export', () => {
  /** The whole file with its trailer. */
  const download = (route: string) => new Promise<{ headers: http.IncomingHttpHeaders; trailers: NodeJS.Dict<string>; text: string }>((resolve, reject) => {
    http.get(`${service.url}/v1/${route}`, { headers: { authorization: 'Bearer exporter' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ headers: response.headers, trailers: response.trailers, text }));
      response.on('error', reject);
    }).on('error', reject);
  });

  it('has every member with the identifiers that were asked for, safe for spreadsheets, and the number of rows behind it', async () => {
    const { headers, trailers, text } = await download('segments/buyers/members?format=csv&identifiers=user_id,email_sha256,hubspot_contact_id');
    const lines = text.split('\r\n');
    expect(headers).toMatchObject({ 'content-type': expect.stringContaining('text/csv'), 'content-disposition': 'attachment; filename="buyers.csv"', trailer: 'x-tideway-rows' });
    expect([lines[0], lines.at(-1), lines.length]).toEqual(['profile_id,since,user_id,email_sha256,hubspot_contact_id', '', 4]);
    expect(lines.slice(1, 3).map((line) => line.replace(/,20[^,]*Z,/, ',T,')).sort()).toEqual([
      `${ada},T,${[ada, visitor].sort().join(' ')},${email},`,
      `${bert},T,${bert},,'=danger`,
    ].sort());
    expect(trailers).toEqual({ 'x-tideway-rows': '2' });
  });

  it('is one object per line as NDJSON, and nobody for a segment without members', async () => {
    const { text } = await download('segments/repeat-buyers/members?identifiers=email_sha256');
    expect(text).toBe(`${JSON.stringify({ profile_id: ada, since: (await topics.stateOf(ada))!.segments[1]!.since, identifiers: { email_sha256: [email] } })}\n`);
  });

  it('stops its query when the client goes', async () => {
    await clickhouse.command({ query: `INSERT INTO segments.state_v1 (_partition, _offset, profile_id, segments) SELECT 0, number, generateUUIDv4(), [('repeat-buyers', 4, now64(3))] FROM numbers(500000)` });
    const running = async () => Number((await (await clickhouse.query({ query: "SELECT count() AS n FROM system.processes WHERE query LIKE '%toUnixTimestamp64Milli(m.since)%' AND query NOT LIKE '%system.processes%'", format: 'JSONEachRow' })).json<{ n: number }>())[0]!.n);
    await new Promise<void>((resolve, reject) => {
      const request = http.get(`${service.url}/v1/segments/repeat-buyers/members`, { headers: { authorization: 'Bearer exporter' } }, (response) => response.once('data', () => {
        response.pause();
        void running().then((n) => {
          expect(n).toBe(1);
          request.destroy();
          resolve();
        }).catch(reject);
      })).on('error', reject);
    });
    await waitFor(async () => (await running()) === 0, { ...patient('no query'), timeoutMs: 10_000 });
  });
});
