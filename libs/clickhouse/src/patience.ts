// How long a request may take: a connection that never answers again is given up soon, a slow ClickHouse is not asked over
// and over for what takes longer.
import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from './client.js';

const FIRST_MS = 5_000;
export const MOST_MS = 60_000;
/** Whether ClickHouse is at work on a request is asked so long before it is to be given up. */
const LOOK_MS = 1_000;
/** So often in a row, what it says of that is believed: behind a load balancer, another server may have been asked. */
const BELIEVED = 3;

/**
 * For queries that only read: ClickHouse gives them up with who asked, and would else be at work on each of those that were
 * asked again (https://clickhouse.com/docs/operations/settings/settings#cancel_http_readonly_queries_on_client_close). With
 * `readonly` 2 it takes further settings (https://clickhouse.com/docs/operations/settings/permissions-for-queries#readonly).
 */
export const ENDS_WITH_CLIENT = { readonly: '2', cancel_http_readonly_queries_on_client_close: 1 } as const;

/** What a request has to be sent with, so that it can be given up and ClickHouse be asked about it. */
export interface RequestMarks {
  abort_signal: AbortSignal;
  query_id: string;
}

/** What became of requests since one was answered. */
interface Patience {
  /** The time (ms) that the next one has where ClickHouse does not say whether it is at work on it. */
  limit: number;
  /** How many it was not at work on. */
  lost: number;
}

const AT_FIRST: Patience = { limit: FIRST_MS, lost: 0 };

/** By client and by what is asked. */
const patiences = new WeakMap<ClickHouseClient, Map<string, Patience>>();

/**
 * Runs a request that may be repeated, `what` it is in a few words that are the same each time, and which has to be sent with these
 * marks. Where ClickHouse says that it is at work on it, it has a minute. It is given up where ClickHouse is not at work on it
 * after 5 s, as a connection was lost, and where ClickHouse does not say: then the next has twice the time, up to a minute, until one
 * is answered. Rejects as the request does, or with an Error where its time is over, aborting it.
 */
export async function withinPatience<T>(client: ClickHouseClient, what: string, request: (marks: RequestMarks) => Promise<T>): Promise<T> {
  const known = patiences.get(client) ?? new Map<string, Patience>();
  patiences.set(client, known);
  const { limit, lost } = known.get(what) ?? AT_FIRST;
  const controller = new AbortController();
  const marks = { abort_signal: controller.signal, query_id: randomUUID() };
  let timer: NodeJS.Timeout | undefined;
  const sleep = (ms: number) => new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  const givenUp = (next: Patience, message: string): Error => {
    // Others may have waited just as long at the same time.
    const others = known.get(what) ?? AT_FIRST;
    known.set(what, { limit: Math.max(others.limit, next.limit), lost: Math.max(others.lost, next.lost) });
    return new Error(message);
  };
  const over = async (): Promise<never> => {
    for (let waited = FIRST_MS; ; waited += FIRST_MS) {
      await sleep(FIRST_MS - LOOK_MS);
      let isAtWork: boolean | undefined;
      isAtWorkOn(client, marks.query_id).then((is) => (isAtWork = is), () => undefined);
      await sleep(LOOK_MS);
      const late = `no answer within ${waited / 1_000} s`;
      if (isAtWork === false && lost < BELIEVED) throw givenUp({ limit, lost: lost + 1 }, `${late}, and ClickHouse is not at work on it`);
      if (waited >= MOST_MS || (!isAtWork && waited >= limit)) throw givenUp({ limit: Math.min(limit * 2, MOST_MS), lost }, late);
    }
  };
  try {
    // Raced as well as aborted: once an answer has begun, the client no longer heeds the signal.
    const answer = await Promise.race([request(marks), over()]);
    known.delete(what);
    return answer;
  } catch (error) {
    controller.abort();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function isAtWorkOn(client: ClickHouseClient, queryId: string): Promise<boolean> {
  const result = await client.query({
    query: 'SELECT count() AS n FROM system.processes WHERE query_id = {queryId:String}', query_params: { queryId }, format: 'JSONEachRow',
    abort_signal: AbortSignal.timeout(LOOK_MS), clickhouse_settings: ENDS_WITH_CLIENT,
  });
  const [row] = await result.json<{ n: string }>();
  return Number(row!.n) > 0;
}
