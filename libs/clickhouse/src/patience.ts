// How long a request may take: a connection that never answers again is given up soon, a slow ClickHouse is not asked over
// and over for what takes longer.
import type { ClickHouseClient } from './client.js';

const FIRST_MS = 5_000;
export const MOST_MS = 60_000;

/** By client and by what is asked: the time (ms) that the next request has. */
const limits = new WeakMap<ClickHouseClient, Map<string, number>>();

/**
 * Runs a request that may be repeated, `what` it is in a few words that are the same each time. It has 5 s; after one that
 * took too long the next has twice that, up to a minute, until one is answered. Rejects as the request does, or with an
 * Error where its time is over, aborting it.
 */
export async function withinPatience<T>(client: ClickHouseClient, what: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const known = limits.get(client) ?? new Map<string, number>();
  limits.set(client, known);
  const limit = known.get(what) ?? FIRST_MS;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // Raced as well as aborted: once an answer has begun, the client no longer heeds the signal.
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // Others may have waited just as long at the same time.
      known.set(what, Math.max(known.get(what) ?? FIRST_MS, Math.min(limit * 2, MOST_MS)));
      reject(new Error(`no answer within ${limit / 1_000} s`));
      controller.abort();
    }, limit);
  });
  try {
    const answer = await Promise.race([request(controller.signal), over]);
    known.delete(what);
    return answer;
  } finally {
    clearTimeout(timer);
  }
}
