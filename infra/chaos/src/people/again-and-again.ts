// What people do while faults go on: the same again and again, with pauses of random lengths.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';

export class AgainAndAgain {
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;

  /** @param seconds the shortest pause and the longest; `act` must not reject */
  constructor(private readonly random: Random, private readonly seconds: readonly [number, number], private readonly act: () => Promise<void>) {}

  /** Begins, with a pause. */
  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when what is under way is done. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await sleep(1_000 * this.random.int(...this.seconds), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.act();
    }
  }
}
