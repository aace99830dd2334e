// Readiness from the real dependencies of a service: each is asked anew, with a time limit.
import { errorText } from './errors.js';

const CHECK_TIMEOUT_MS = 2_000;

/** What /health/ready answers. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, 'ok' | string>;
  /** What somebody should see to although the service does its work; absent where there is nothing. */
  warnings?: Record<string, string>;
}

export class Health {
  readonly #checks = new Map<string, () => Promise<void>>();
  readonly #problems = new Map<string, () => string | undefined>();
  readonly #warnings = new Map<string, () => string | undefined>();

  /** Adds a dependency; `check` rejects while it is away. */
  add(name: string, check: () => Promise<void>): void {
    this.#checks.set(name, check);
  }

  /** Adds a fault of the service's own: readiness fails while `problem` tells one, and does not mention it otherwise. */
  addProblem(name: string, problem: () => string | undefined): void {
    this.#problems.set(name, problem);
  }

  /** Adds what is told beside readiness and does not fail it: taking the service out of use would not help. */
  addWarning(name: string, warning: () => string | undefined): void {
    this.#warnings.set(name, warning);
  }

  async ready(): Promise<Readiness> {
    const checked = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await this.#run(check)] as const));
    const entries = [...checked, ...told(this.#problems)];
    const warnings = told(this.#warnings);
    return {
      ready: entries.every(([, result]) => result === 'ok'), checks: Object.fromEntries(entries),
      ...(warnings.length > 0 ? { warnings: Object.fromEntries(warnings) } : {}),
    };
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

function told(sources: Map<string, () => string | undefined>): [string, string][] {
  return [...sources].map(([name, text]) => [name, text()] as const).filter((entry): entry is [string, string] => entry[1] !== undefined);
}
