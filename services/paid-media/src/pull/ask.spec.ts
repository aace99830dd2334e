import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RefreshedToken, fixedToken, type AccessToken } from './access-token.js';
import { Asker } from './ask.js';
import { faultOfStatus, textAt } from './fault.js';
import { Pace } from './pace.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let url: string;
let answers: Handler[];
let asked: { url: string; token: string | undefined; body: string }[];

beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      asked.push({ url: request.url!, token: request.headers.authorization, body });
      (answers.shift() ?? say(500, 'nothing more to say'))(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const say = (status: number, body: unknown, headers: Record<string, string> = {}): Handler => (_request, response) => {
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
};

const stop = new AbortController();
const waits: number[] = [];

function asker(change: { token?: AccessToken; signal?: AbortSignal; secrets?: string[]; onRetry?: () => void } = {}): Asker {
  waits.length = 0;
  return new Asker({
    account: 'meta 42', token: fixedToken('t-1'), tokenHeaders: (token) => ({ authorization: `Bearer ${token}` }),
    faultOf: ({ status, body }) => (textAt(body, 'code') === '40100' ? { kind: 'busy', message: 'too often', afterMs: 5 } : textAt(body, 'error') ? faultOfStatus(status, textAt(body, 'error')!) : undefined),
    tokenAdvice: 'set META_ACCESS_TOKEN', pace: new Pace(60_000), signal: stop.signal, secrets: [], random: () => 0, onRetry: (_error, ms) => waits.push(ms), ...change,
  });
}

describe('a request', () => {
  it('is sent with the token, and gives the answer', async () => {
    answers = [say(200, { data: [1] })];
    expect(await asker().json({ what: 'insights', url: `${url}/x`, method: 'POST', body: { query: 'q' } })).toEqual({ data: [1] });
    expect(asked).toEqual([{ url: '/x', token: 'Bearer t-1', body: '{"query":"q"}' }]);
  });

  it('is sent again after 429, not before Retry-After, after 5xx, a broken answer, no JSON, and a fault in a 200', async () => {
    answers = [
      say(429, 'slow down', { 'retry-after': '1' }), say(503, ''), (_request, response) => response.writeHead(200, { 'content-length': '100' }).end('{'),
      say(200, '<html>'), say(200, { code: 40100 }), say(200, { data: [2] }),
    ];
    const begin = performance.now();
    expect(await asker().json({ what: 'insights', url })).toEqual({ data: [2] });
    expect([asked.length, waits.length]).toEqual([6, 5]);
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(1_000);
  });

  it.each([
    [401, 'token', 'set META_ACCESS_TOKEN'], [403, 'token', 'set META_ACCESS_TOKEN'], [400, 'query', 'check the account id'], [404, 'query', 'check the account id'], [302, 'query', 'check the account id'],
  ])('that is refused with %d says whose fault it is, what was said, and what to do, and is not sent again', async (status, kind, advice) => {
    answers = [say(status, { error: 'because' }, status === 302 ? { location: 'http://127.0.0.1:1/' } : {})];
    await expect(asker().json({ what: 'insights', url })).rejects.toMatchObject({ name: 'PlatformRefusalError', kind, message: `meta 42: insights: ${status} because: ${advice}${kind === 'query' ? ', its options in the file of PAID_MEDIA_PULLS and api_version' : ''}` });
    expect(asked).toHaveLength(1);
  });

  it('never shows a secret that a platform repeats', async () => {
    answers = [say(400, { error: 'Malformed access token t-1' })];
    await expect(asker({ secrets: ['t-1', ''] }).json({ what: 'insights', url })).rejects.toMatchObject({ message: expect.stringContaining('Malformed access token ***') });
  });

  it('of a signed link carries no token', async () => {
    answers = [say(200, {})];
    await asker().json({ what: 'download', url, open: true });
    expect(asked[0]!.token).toBeUndefined();
  });

  it('ends at once when the service stops: in mid-request, and while it waits', async () => {
    const ending = new AbortController();
    answers = [() => setTimeout(() => ending.abort(new Error('stopping')), 10)];
    await expect(asker({ signal: ending.signal }).json({ what: 'insights', url })).rejects.toThrow('stopping');
    const waiting = new AbortController();
    answers = [say(503, '', { 'retry-after': '3600' })];
    await expect(asker({ signal: waiting.signal, onRetry: () => setTimeout(() => waiting.abort(new Error('stopping')), 10) }).json({ what: 'insights', url })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a token that is got with a refresh token', () => {
  const refreshed = () => new RefreshedToken({ url: `${url}/token`, clientId: 'c', clientSecret: 's', refreshToken: 'r-1', variable: 'GOOGLE_ADS_REFRESH_TOKEN' });

  it('is asked for once, and used until it ends', async () => {
    answers = [say(200, { access_token: 'a-1', expires_in: 3600 }), say(200, {}), say(200, {})];
    const asking = asker({ token: refreshed() });
    await asking.json({ what: 'x', url: `${url}/1` });
    await asking.json({ what: 'x', url: `${url}/2` });
    expect(asked.map(({ url: path, token }) => [path, token])).toEqual([['/token', undefined], ['/1', 'Bearer a-1'], ['/2', 'Bearer a-1']]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]!.body))).toEqual({ grant_type: 'refresh_token', client_id: 'c', client_secret: 's', refresh_token: 'r-1' });
  });

  it('is got anew where it has ended before its time, with the newest refresh token', async () => {
    answers = [say(200, { access_token: 'a-1', expires_in: 3600, refresh_token: 'r-2' }), say(401, { error: 'expired' }), say(200, { access_token: 'a-2', expires_in: 3600 }), say(200, { ok: true })];
    expect(await asker({ token: refreshed() }).json({ what: 'x', url: `${url}/1` })).toEqual({ ok: true });
    expect(asked.map(({ token }) => token)).toEqual([undefined, 'Bearer a-1', undefined, 'Bearer a-2']);
    expect(asked[2]!.body).toContain('refresh_token=r-2');
  });

  it('that is refused twice is the end of it', async () => {
    answers = [say(200, { access_token: 'a-1' }), say(401, { error: 'no' }), say(200, { access_token: 'a-2' }), say(401, { error: 'no' })];
    await expect(asker({ token: refreshed() }).json({ what: 'x', url: `${url}/1` })).rejects.toMatchObject({ kind: 'token' });
    expect(asked).toHaveLength(4);
  });

  it('that cannot be got any more names the variable; an outage of its server is one', async () => {
    answers = [say(503, ''), say(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }), say(400, { error: 'invalid_grant' })];
    await expect(asker({ token: refreshed() }).json({ what: 'x', url })).rejects.toMatchObject({ kind: 'token', message: expect.stringMatching(/invalid_grant.*GOOGLE_ADS_REFRESH_TOKEN/) });
  });
});
