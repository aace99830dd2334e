// The commands against a server that answers as the segments service does: what people see, and what they are told to do.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { addSegmentsCommands } from './segments-command.js';

const profile = '1c73780b-fdc0-5604-afcc-eb62f77a53ba';
const summary = { version: 2, description: 'Buys a lot', owner: 'crm', purpose: 'marketing', channel: 'email' };
const answers: Record<string, [status: number, body: unknown]> = {
  'GET /v1/segments': [200, { segments: [{ name: 'buyers', ...summary, size: 12345 }, { name: 'vip', ...summary, channel: 'any', size: 7 }] }],
  'GET /v1/segments/buyers/size': [200, { segment: 'buyers', size: 12345 }],
  'GET /v1/segments/none/size': [404, { code: 'not_found', field: 'name', message: 'there is no segment "none"' }],
  'GET /v1/segments/buyers/why?identifier=user_id%3Au-1': [200, {
    segment: 'buyers', version: 2, profile_id: profile, member: false, since: null, as_of: Date.parse('2026-11-21T09:00:00Z'),
    findings: [{ depth: 0, holds: true, sentence: 'consent to marketing was granted', must: null }, { depth: 0, holds: false, sentence: 'orders is 1, must be at least 2', must: 'be at least 2' }],
  }],
  'POST /v1/segments/preview good': [200, { as_of: 1, segments: [{ segment: 'buyers', size: 1, sample: [profile] }], cost: { rows_read: 10_000_000, bytes_read: 123_400_000, ms: 1700 } }],
  'PUT /v1/segments/buyers name: buyers': [200, { name: 'buyers', written: true, size: 3, cost: null }],
  'PUT /v1/traits/orders name: orders': [200, { name: 'orders', written: true, size: null, cost: null }],
  'DELETE /v1/segments/buyers': [200, { name: 'buyers', written: false, size: null, cost: null }],
  'POST /v1/segments/preview bad': [422, { code: 'definition', field: 'body', message: '1 problem', problems: [{ file: 'schemas/segments/buyers.yaml', line: 7, message: 'there is no trait "ordrs"' }] }],
};

let server: Server;
let env: Record<string, string | undefined>;
let seen: string | undefined;
const dir = mkdtempSync(path.join(tmpdir(), 'tideway-segments-'));

async function answerOf(request: IncomingMessage): Promise<[number, unknown]> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return answers[`${request.method} ${request.url}${body ? ` ${body}` : ''}`] ?? [404, { code: 'not_found', field: '', message: `${request.url} ${body}` }];
}

beforeAll(async () => {
  server = createServer((request, response) => {
    seen = request.headers.authorization;
    void answerOf(request).then(([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  env = { TIDEWAY_SEGMENTS_URL: `http://127.0.0.1:${(server.address() as { port: number }).port}`, SEGMENTS_KEY: 'a-key' };
});

afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

/** What the command prints, or rejects with. */
async function run(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  try {
    const program = new Command().exitOverride();
    addSegmentsCommands(program, () => env);
    await program.parseAsync(['segments', ...args], { from: 'user' });
    return printed.join('\n');
  } finally {
    log.mockRestore();
  }
}

function fileOf(text: string): string {
  const file = path.join(dir, 'buyers.yaml');
  writeFileSync(file, text);
  return file;
}

describe('segments', () => {
  it('lists segments as a table with aligned numbers, or as JSON', async () => {
    expect(await run('list')).toBe([
      'segment  members  version  purpose    channel  owner  description',
      'buyers     12345        2  marketing  email    crm    Buys a lot',
      'vip            7        2  marketing  any      crm    Buys a lot',
    ].join('\n'));
    expect(JSON.parse(await run('list', '--format', 'json'))).toEqual((answers['GET /v1/segments']![1] as { segments: unknown }).segments);
    expect(seen).toBe('Bearer a-key');
  });

  it('prints a size as a number', async () => {
    expect(await run('size', 'buyers')).toBe('12345');
  });

  it('explains condition by condition', async () => {
    expect(await run('why', 'buyers', 'user_id:u-1')).toBe([
      `${profile} is not in buyers (version 2) as of 2026-11-21T09:00:00.000Z`,
      '  ✓ consent to marketing was granted',
      '  ✗ orders is 1, must be at least 2',
    ].join('\n'));
  });

  it('previews a file, and tells its problems with the name that the file has here', async () => {
    expect(await run('preview', fileOf('good'))).toBe(`buyers: 1 member\n  ${profile}\nread 10,000,000 rows, 123.4 MB, in 1700 ms`);
    const file = fileOf('bad');
    await expect(run('preview', file)).rejects.toThrow(`${file}:7: there is no trait "ordrs"`);
  });

  it('passes on what the service refuses', async () => {
    await expect(run('size', 'none')).rejects.toThrow('the segments service answers 404 not_found: there is no segment "none"');
  });

  it.each([
    ['no mesh', { TIDEWAY_SEGMENTS_URL: undefined }, /`npm start` in another terminal, or set TIDEWAY_SEGMENTS_URL/],
    ['no key', { SEGMENTS_KEY: undefined }, /set SEGMENTS_KEY/],
    ['nobody listening', { TIDEWAY_SEGMENTS_URL: 'http://127.0.0.1:1' }, /does not answer at http:\/\/127.0.0.1:1/],
  ])('says what to do where there is %s', async (_, change, message) => {
    env = { ...env, ...change };
    await expect(run('list')).rejects.toThrow(message);
  });

  it('writes what a file defines, under its name, and removes it', async () => {
    const file = (text: string) => {
      const name = path.join(dir, `${text.length}.yaml`);
      writeFileSync(name, text);
      return name;
    };
    expect(await run('put', file('name: buyers'))).toBe('buyers is written: 3 members');
    expect(await run('put', '--trait', file('name: orders'))).toBe('orders is written');
    expect(await run('remove', 'buyers')).toBe('buyers is removed');
    await expect(run('put', file('version: 1'))).rejects.toThrow('has no "name"');
  });
});
