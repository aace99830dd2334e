// Waiting for something to become true, instead of sleeping for a guessed time.
import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Default 60,000: a limit for what never comes, not for slow machines. */
  timeoutMs?: number;
  /** Between two looks; default 50. */
  intervalMs?: number;
  /** What was waited for, for the error; a function is asked at the end, so that it can tell the last state. */
  message?: string | (() => string);
}

/**
 * Calls the predicate until it gives a truthy value, and resolves with that. An exception of the predicate
 * counts as "not yet"; the last one is the cause of the error.
 * @throws Error when the time is over.
 */
export async function waitFor<T>(predicate: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { timeoutMs = 60_000, intervalMs = 50, message = 'the condition' } = options;
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const value = await predicate();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(intervalMs);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${timeoutMs} ms in vain for ${typeof message === 'function' ? message() : message}.`, { cause });
}
