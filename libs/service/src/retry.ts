// Trying again for as long as an outage lasts.
import { PermanentError, errorText } from './errors.js';
import type { Logger } from './log.js';

const BACKOFF_MS = [50, 100, 250, 500, 1_000, 2_000];

/** Milliseconds to wait after the `attempt`th failure, from 0. */
export function backoffMs(attempt: number): number {
  return BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]!;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs `action` until it succeeds; a PermanentError, and any failure once `signal` is aborted, is passed on. */
export async function untilDone<T>(what: string, logger: Logger, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (error instanceof PermanentError || signal?.aborted) throw error;
      logger.warn({ what, error: errorText(error) }, 'not possible yet; trying again');
      await sleep(backoffMs(attempt));
    }
  }
}
