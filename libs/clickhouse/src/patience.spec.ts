import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createClickHouse, type ClickHouseClient } from './client.js';
import { withinPatience } from './patience.js';

describe('withinPatience', () => {
  let client: ClickHouseClient;
  beforeEach(() => {
    jest.useFakeTimers();
    client = {} as ClickHouseClient;
  });
  afterEach(() => void jest.useRealTimers());

  const never = () => new Promise<never>(() => undefined);
  /** The time (s) after which a request that is never answered is given up. */
  async function patienceFor(what: string): Promise<string> {
    const answer = withinPatience(client, what, never).catch((error: Error) => error.message);
    await jest.advanceTimersByTimeAsync(60_000);
    return answer;
  }

  it('gives up after 5 s, then after twice as long, at most a minute', async () => {
    const times: string[] = [];
    for (let i = 0; i < 6; i += 1) times.push(await patienceFor('a'));
    expect(times).toEqual([5, 10, 20, 40, 60, 60].map((seconds) => `no answer within ${seconds} s`));
  });

  it('begins anew after an answer, and knows each kind of request by itself', async () => {
    await patienceFor('a');
    expect(await patienceFor('b')).toBe('no answer within 5 s');
    await withinPatience(client, 'a', async () => undefined);
    expect([await patienceFor('a'), await patienceFor('b')]).toEqual(['no answer within 5 s', 'no answer within 10 s']);
  });

  it('doubles once where several gave up at the same time', async () => {
    await Promise.all([patienceFor('a'), patienceFor('a'), patienceFor('a')]);
    expect(await patienceFor('a')).toBe('no answer within 10 s');
  });

  it('aborts what it gives up, and rejects as the request does', async () => {
    let aborted = false;
    const answer = withinPatience(client, 'a', ({ abort_signal }) => {
      abort_signal.addEventListener('abort', () => (aborted = true));
      return never();
    }).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(5_000);
    await answer;
    expect(aborted).toBe(true);
    await expect(withinPatience(client, 'a', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});

describe('a request to a server that takes it and never answers', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined).resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('gives its connection up', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = createClickHouse({ CLICKHOUSE_URL: url, CLICKHOUSE_USERNAME: 'a', CLICKHOUSE_PASSWORD: 'b' }, 'test');
    await expect(withinPatience(client, 'a', (marks) => client.query({ query: 'SELECT 1', ...marks }))).rejects.toThrow('no answer within 5 s');
    for (let i = 0; i < 50 && sockets.size > 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sockets.size).toBe(0);
    await client.close();
  }, 15_000);
});
