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
  readonly #problems = new Map<string, () => string | undefined>();

  /** Adds a dependency; `check` rejects while it is away. */
  add(name: string, check: () => Promise<void>): void {
    this.#checks.set(name, check);
  }

  /** Adds a fault of the service's own: readiness fails while `problem` tells one, and does not mention it otherwise. */
  addProblem(name: string, problem: () => string | undefined): void {
    this.#problems.set(name, problem);
  }

  async ready(): Promise<Readiness> {
    const checked = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await this.#run(check)] as const));
    const problems = [...this.#problems].map(([name, problem]) => [name, problem()] as const).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const entries = [...checked, ...problems];
    return { ready: entries.every(([, result]) => result === 'ok'), checks: Object.fromEntries(entries) };
  }

  async #run(check: () => Promise<void>): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
    });
    // In an async function, a check that throws is one that rejects.
    const answer = (async () => check())();
    try {
      return await Promise.race([answer.then(() => 'ok', errorText), limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}
