// Hostile requests to every route that takes native events: each is refused with a code and a field, or kept in
// quarantine; the services stay alive, nothing is unpacked beyond the limit, and no prototype is changed.
import { connect as openSocket } from 'node:net';
import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@tideway/embedded';
import { startService, type RunningService, type ServiceDefinition } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { makeSecrets } from '../secrets.js';
import { ownEnvironment, type ServiceName } from '../services.js';
import { OPTIONAL_ENV, UNSIGNED_SES, intakeRoutes, type IntakeRoute } from './intake-routes.js';

const DOMAINS = { web: 'web', crm: 'crm', email: 'email', 'paid-media': 'paidMedia' } as const;
const secrets = makeSecrets();
const ports = new Proxy({} as Record<ServiceName, number>, { get: () => 8080 });
const routes = intakeRoutes(secrets, ownEnvironment('crm', secrets, ports)['HUBSPOT_WEBHOOK_URL']!);
const services = new Map<ServiceName, RunningService>();
let platform: TestPlatform;

// In this process, so that a prototype which a request changes is this process' too.
beforeAll(async () => {
  platform = await startTestPlatform({ clickhouse: false });
  for (const [name, exported] of Object.entries(DOMAINS) as [ServiceName, string][]) {
    const module = (await import(path.join(workspaceRoot, `services/${name}/dist/app.module.js`))) as Record<string, ServiceDefinition<Record<string, never>>>;
    services.set(name, await startService(module[exported]!, { ...platform.env, LOG_LEVEL: 'silent', ...OPTIONAL_ENV, ...ownEnvironment(name, secrets, ports) }));
  }
  // A publisher's first records may take longer than a sender waits: it sends them again.
  for (const name of services.keys()) await waitFor(async () => isTaken(await send(...soundOf(name))), { timeoutMs: 120_000, message: `a first event of ${name}` });
}, 400_000);

afterAll(async () => {
  for (const service of services.values()) await service.close();
  await platform?.stop();
});

interface Answer {
  status: number;
  headers: Headers;
  body: { code?: unknown; field?: unknown; message?: unknown; accepted?: number; quarantined?: number; outcome?: string };
}

async function send(route: IntakeRoute, body: Buffer | string, headers: Record<string, string> = {}, at = Date.now()): Promise<Answer> {
  const bytes = Buffer.from(body);
  const response = await fetch(`${services.get(route.service)!.url}${route.path}`, {
    method: 'POST', body: new Uint8Array(bytes), headers: { 'content-type': route.type ?? 'application/json', ...route.headers(bytes, at), ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Answer['body'] };
}

/** A sound request of a service. */
function soundOf(name: ServiceName): [IntakeRoute, string] {
  const route = routes.find(({ service }) => service === name)!;
  return [route, route.sound()];
}

const isTaken = ({ status, body }: Answer) => status === 200 && (body.accepted === 1 || body.outcome === 'replayed');
/** Refused as a whole with a code, or one by one, or in quarantine: nothing of it is a record. */
const isRefused = ({ status, body }: Answer) => (status === 200 ? body.accepted === 0 || body.outcome === 'refused' : status >= 400 && status < 500 && /^[a-z_0-9]+$/.test(String(body.code)) && typeof body.field === 'string' && String(body.message).length > 5);

/** Names the routes that did not answer as expected, with what they answered. */
async function expectAll(fits: (answer: Answer) => boolean, request: (route: IntakeRoute) => Promise<Answer | undefined>, of: IntakeRoute[] = routes): Promise<void> {
  const wrong: unknown[] = [];
  for (const route of of) {
    const answer = await request(route);
    if (answer && !fits(answer)) wrong.push([route.service, route.path.split('?')[0], answer.status, answer.body]);
  }
  expect(wrong).toEqual([]);
}

const expectSound = () => expectAll(isTaken, (route) => send(route, route.sound()));

/** Each member of a request, and the request itself, with members that a careless merge would put on a prototype. */
const withProtoKeys = (text: string) => text.replaceAll('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},').replaceAll(',}', '}');
const deep = (open: string, close: string) => `${open.repeat(100_000)}${close === ']' ? '' : '1'}${close.repeat(100_000)}`;

const BODIES: Record<string, (sound: string) => Buffer | string> = {
  'nothing': () => '',
  'a part of a request': (sound) => sound.slice(0, -2),
  'lists 100,000 deep': () => deep('[', ']'),
  'objects 100,000 deep': () => deep('{"a":', '}'),
  'a sound request with 100,000 lists in it': (sound) => sound.replace('{', `{"deep":${deep('[', ']')},`),
  'what is no UTF-8': (sound) => Buffer.concat([Buffer.from(sound.slice(0, -2)), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(sound.slice(-2))]),
  'null': () => 'null',
  'a number beyond all': () => '1e999',
  'a list of nothing': () => '[null]',
  'an empty object': () => '{}',
  'XML': () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
};

describe('every intake route', () => {
  it('takes a sound request, with security headers in the answer', async () => {
    await expectAll((answer) => isTaken(answer) && answer.headers.get('x-content-type-options') === 'nosniff' && answer.headers.has('content-security-policy') && !answer.headers.has('x-powered-by'), (route) => send(route, route.sound()));
  }, 60_000);

  it.each(Object.entries(BODIES))('refuses %s', async (_what, body) => {
    await expectAll(isRefused, (route) => send(route, body(route.sound())));
    await expectSound();
  }, 60_000);

  it('takes nothing from a type or packing that it does not know', async () => {
    await expectAll(({ status, body }) => status === 415 && body.field === 'content-type', (route) => send(route, route.sound(), { 'content-type': 'application/xml' }));
    await expectAll(({ status, body }) => status === 415 && body.field === 'content-encoding', (route) => send(route, brotliCompressSync(route.sound()), { 'content-encoding': 'br' }));
  }, 60_000);

  it('unpacks no body beyond its limit, however small it came', async () => {
    const [gzipped, deflated] = [gzipSync, deflateSync].map((pack) => pack(Buffer.alloc(60 * 1024 * 1024, ' ')));
    for (const [encoding, bomb] of [['gzip', gzipped], ['deflate', deflated], ['gzip', Buffer.concat(Array<Buffer>(8).fill(gzipped!))]] as const) {
      expect(bomb!.length).toBeLessThan(500_000);
      // A service unpacks for all of its routes in one place.
      await expectAll(({ status, body }) => status === 413 && body.code === 'too_large', (route) => send(route, bomb!, { 'content-encoding': encoding }), [...services.keys()].map((name) => soundOf(name)[0]));
    }
    await expectSound();
  }, 60_000);

  it('refuses a body over its limit by what it declares, before it comes', async () => {
    for (const { service, path: route, limit } of routes) {
      expect(await raw(service, `POST ${route} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${limit + 1}\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    }
  }, 60_000);

  it('makes no record of a number or time that cannot be', async () => {
    await expectAll(isRefused, async (route) => {
      for (const value of route.never?.slice(1) ?? []) {
        const sound = route.sound();
        const changed = sound.replace(route.never![0], value);
        expect(changed).not.toBe(sound);
        const answer = await send(route, changed);
        if (!isRefused(answer)) return { ...answer, body: { ...answer.body, message: value } };
      }
      return undefined;
    });
  }, 60_000);

  it('lets nobody in by a wrong key, a signature of something else, or one of long ago', async () => {
    const signed = (route: IntakeRoute) => route.dated || route.path.includes('meta-leads');
    const keyed = routes.filter(({ headers }) => 'authorization' in headers(Buffer.alloc(0), 0));
    const isUnauthorised = ({ status, body }: Answer) => status === 401 && typeof body.code === 'string';
    await expectAll(isUnauthorised, (route) => send(route, route.sound(), { authorization: 'Bearer wrong' }), keyed);
    await expectAll(isUnauthorised, (route) => send(route, `${route.sound()} `, route.headers(Buffer.from(route.sound()), Date.now())), routes.filter(signed));
    await expectAll(isUnauthorised, (route) => send(route, route.sound(), {}, Date.now() - 10 * 365 * 86_400_000), routes.filter(({ dated }) => dated));
    expect(routes.filter(signed).length + keyed.length).toBe(routes.length - 3);
    const mailgun = routes.find(({ path: route }) => route.endsWith('mailgun'))!;
    const once = mailgun.sound();
    expect([(await send(mailgun, once)).status, (await send(mailgun, once)).status]).toEqual([200, 406]);
    expect(await send({ ...mailgun, path: '/webhooks/ses' }, UNSIGNED_SES)).toMatchObject({ status: 400, body: { code: 'url', field: 'SigningCertURL' } });
  }, 60_000);

  it('has no prototype changed by the names of members', async () => {
    await expectAll(({ status }) => status < 500, (route) => send(route, withProtoKeys(route.sound())));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await expectSound();
  }, 60_000);

  it('reads no header into another, and no request into the next', async () => {
    for (const { service, path: route } of routes) {
      const [target] = route.split('?');
      const start = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
      expect(await raw(service, `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 (?!.*HTTP\/1.1 200)/s);
      expect(await raw(service, `${start}X-A: a\nX-B\0: b\r\nContent-Length: 2\r\n\r\n{}`)).toMatch(/^HTTP\/1.1 400 /);
      const answer = await raw(service, `POST ${target}?account=a%0d%0aset-cookie:%20b=c&measurement_id=%0d%0aset-cookie:%20b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).not.toMatch(/^set-cookie/im);
    }
    await expectSound();
  }, 60_000);
});

/** The answer to bytes on a connection of their own. */
function raw(service: ServiceName, bytes: string): Promise<string> {
  const { hostname, port } = new URL(services.get(service)!.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = openSocket(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => { answer += chunk.toString('latin1'); if (/\r\n\r\n/.test(answer)) setTimeout(() => socket.destroy(), 50); }).on('close', () => resolve(answer)).on('error', reject);
  });
}
