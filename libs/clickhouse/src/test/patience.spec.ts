// How long requests to a real ClickHouse may take: it says itself whether it is at work on one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clickhouseShape, loadConfig } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { createClickHouse, type ClickHouseClient } from '../client.js';
import { ENDS_WITH_CLIENT, withinPatience, type RequestMarks } from '../patience.js';

let platform: TestPlatform;
let client: ClickHouseClient;

beforeAll(async () => {
  platform = await startTestPlatform({ kafka: false, registry: false });
  client = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
});

afterAll(async () => {
  await client?.close();
  await platform?.stop();
});

/** Takes so long, and reads. */
const sleeping = (seconds: number) => `SELECT sum(sleepEachRow(0.1)) AS n FROM numbers(${seconds * 10}) SETTINGS max_block_size = 1`;
const send = (query: string, marks: RequestMarks) =>
  client.query({ query, format: 'JSONEachRow', ...marks, clickhouse_settings: ENDS_WITH_CLIENT }).then((result) => result.json());

describe('a request', () => {
  it('that ClickHouse is at work on has its time, and is sent once', async () => {
    let sent = 0;
    const rows = await withinPatience(client, 'slow', (marks) => {
      sent += 1;
      return send(sleeping(7), marks);
    });
    expect([rows, sent]).toEqual([[{ n: 0 }], 1]);
  }, 30_000);

  it('that ClickHouse has not got is given up after 5 s, however often, and its next is not later', async () => {
    const never = () => new Promise<never>(() => undefined);
    for (let i = 0; i < 2; i += 1) await expect(withinPatience(client, 'lost', never)).rejects.toThrow('no answer within 5 s, and ClickHouse is not at work on it');
  }, 30_000);

  it('that is given up ends in ClickHouse, too', async () => {
    const controller = new AbortController();
    const queryId = 'given-up';
    const answer = send(sleeping(60), { abort_signal: controller.signal, query_id: queryId }).catch(() => 'aborted');
    const running = async () => {
      const result = await client.query({ query: 'SELECT count() AS n FROM system.processes WHERE query_id = {queryId:String}', query_params: { queryId }, format: 'JSONEachRow' });
      return Number((await result.json<{ n: string }>())[0]!.n);
    };
    await waitFor(async () => (await running()) === 1, { message: 'the query' });
    controller.abort();
    expect(await answer).toBe('aborted');
    await waitFor(async () => (await running()) === 0, { message: 'its end' });
  }, 30_000);
});
