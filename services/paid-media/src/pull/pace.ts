// The rate at which this process asks one platform: requests are spread evenly, whichever account they are for.
import { setTimeout as sleep } from 'node:timers/promises';

export class Pace {
  readonly #everyMs: number;
  #free = 0;

  constructor(requestsPerMinute: number, private readonly now: () => number = () => performance.now()) {
    this.#everyMs = 60_000 / requestsPerMinute;
  }

  /** Milliseconds until the caller's turn, which is taken by that. */
  take(): number {
    const now = this.now();
    const turn = Math.max(now, this.#free);
    this.#free = turn + this.#everyMs;
    return turn - now;
  }

  /** Resolves at the caller's turn. Rejects when `signal` is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const wait = this.take();
    if (wait > 0) await sleep(wait, undefined, { signal });
  }
}
