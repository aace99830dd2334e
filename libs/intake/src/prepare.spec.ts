import 'reflect-metadata';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Controller, HttpCode, Inject, Module, Post, Req } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { RetryableError, startService, type RunningService } from '@tideway/service';
import { InFlight } from './in-flight.js';
import { prepareIntake } from './prepare.js';
import { rawBody } from './raw-body.js';

const MAX = 10_000;
const inFlight = new InFlight({ bytes: 2.5 * MAX, events: 10 });
const finish: (() => void)[] = [];

@Controller()
class EchoController {
  constructor(@Inject('in-flight') private readonly held: InFlight) {}

  @Post('echo')
  @HttpCode(200)
  async echo(@Req() request: FastifyRequest) {
    return { bytes: rawBody(request).length, text: rawBody(request).toString().slice(0, 20) };
  }

  @Post('slow')
  async slow(@Req() request: FastifyRequest) {
    return this.held.work(request.raw, 4, async () => {
      await new Promise<void>((resolve) => finish.push(resolve));
      return {};
    });
  }

  @Post('outage')
  async outage() {
    throw new RetryableError('broker 10.0.0.7 is away');
  }

  @Post('bug')
  async bug() {
    throw new Error('secret detail');
  }
}

@Module({ controllers: [EchoController], providers: [{ provide: 'in-flight', useValue: inFlight }] })
class EchoModule {}

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    name: 'echo', config: {}, module: () => ({ module: EchoModule }),
    prepare: (app, own) => prepareIntake(app, own, inFlight, { maxBodyBytes: MAX, contentTypes: ['application/json', 'text/plain'] }),
  }, { LOG_LEVEL: 'silent' });
});
afterAll(async () => service?.close());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

function post(path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${service.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as never }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function idle(): Promise<void> {
  for (let i = 0; i < 100 && inFlight.current.bytes > 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(inFlight.current).toEqual({ bytes: 0, events: 0 });
}

describe('a body', () => {
  it('arrives byte for byte, and unpacked', async () => {
    const text = '{"a": 1.0}';
    for (const [body, encoding] of [[text, 'identity'], [gzipSync(text), 'gzip'], [deflateSync(text), 'deflate'], [deflateRawSync(text), 'deflate']] as const) {
      expect(await post('/echo', body, { 'content-encoding': encoding })).toMatchObject({ status: 200, body: { bytes: 10, text } });
    }
    expect(await post('/echo', '', {})).toMatchObject({ status: 200, body: { bytes: 0 } });
    expect(await post('/echo', text, { 'content-type': 'text/plain;charset=UTF-8' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['x'.repeat(MAX + 1), {}, 413, 'too_large'],
    ['x'.repeat(MAX + 1), { 'transfer-encoding': 'chunked' }, 413, 'too_large'],
    [gzipSync('x'.repeat(MAX + 1)), { 'content-encoding': 'gzip' }, 413, 'too_large'],
    [gzipSync(Buffer.alloc(5_000_000)), { 'content-encoding': 'gzip' }, 413, 'too_large'],
    [deflateRawSync(Buffer.alloc(5_000_000)), { 'content-encoding': 'deflate' }, 413, 'too_large'],
    ['{}', { 'content-encoding': 'gzip' }, 400, 'invalid_encoding'],
    [gzipSync('{"a": 1}').subarray(0, 15), { 'content-encoding': 'gzip' }, 400, 'invalid_encoding'],
    ['{}', { 'content-encoding': 'deflate' }, 400, 'invalid_encoding'],
    ['{}', { 'content-encoding': 'br' }, 415, 'unsupported_media_type'],
    ['{}', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
  ])('that cannot be taken is refused with what to do (%#)', async (body, headers, status, code) => {
    const answer = await post('/echo', body, headers);
    expect(answer).toMatchObject({ status, body: { code, field: expect.any(String), message: expect.stringMatching(/.{10}/) } });
    if (status === 413) expect(answer.body['message']).toContain(String(MAX));
    await idle();
  });
});

describe('a failure', () => {
  it('of a dependency asks the sender to come again', async () => {
    const answer = await post('/outage', '{}');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'outage' } });
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.7');
  });

  it('for no known reason tells nothing of the inside', async () => {
    const answer = await post('/bug', '{}');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('to find a path is told as any other', async () => {
    expect(await post('/nowhere', '{}')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('what is in hand', () => {
  it('is bounded by bytes and events, and free again afterwards', async () => {
    await idle();
    const body = 'x'.repeat(MAX);
    const slow = [post('/slow', body), post('/slow', body)];
    while (finish.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(inFlight.current).toEqual({ bytes: 2 * MAX, events: 8 });
    expect(await post('/slow', '{}')).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'overloaded' } });
    // A packed body counts as large as it may become, a plain one as large as it is.
    expect(await post('/echo', gzipSync('{}'), { 'content-encoding': 'gzip' })).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(await post('/echo', '{}')).toMatchObject({ status: 200 });
    finish.splice(0).forEach((end) => end());
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([201, 201]);
    await idle();
  });

  it('stays in hand when the sender is gone but the work is not', async () => {
    const request = httpRequest(`${service.url}/slow`, { method: 'POST', headers: { 'content-type': 'application/json' } });
    request.on('error', () => undefined);
    request.end('{}');
    while (finish.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    request.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(inFlight.current.events).toBe(4);
    finish.splice(0).forEach((end) => end());
    await idle();
  });
});

describe('the service', () => {
  it('sends security headers and counts what it refuses', async () => {
    expect((await post('/echo', '{}')).headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/tideway_intake_refused_requests_total\{code="too_large",service="echo"\} \d/);
    expect(metrics).toMatch(/tideway_intake_request_duration_seconds_count\{.*route="\/echo".*\} \d/);
  });
});
