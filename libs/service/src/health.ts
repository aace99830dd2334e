// Readiness from the real dependencies of a service: each is asked anew, with a time limit.
import { errorText } from './errors.js';

const CHECK_TIMEOUT_MS = 2_000;

/** What /health/ready answers. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, 'ok' | string>;
}

export class Health {
  readonly #checks = new Map<string, () => Promise<void>>();

  /** Adds a dependency; `check` rejects while it is away. */
  add(name: string, check: () => Promise<void>): void {
    this.#checks.set(name, check);
  }

  async ready(): Promise<Readiness> {
    const entries = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await this.#run(check)] as const));
    return { ready: entries.every(([, result]) => result === 'ok'), checks: Object.fromEntries(entries) };
  }

  async #run(check: () => Promise<void>): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
    });
    try {
      return await Promise.race([check().then(() => 'ok', errorText), limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}
