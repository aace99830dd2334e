// What an operator sees of the pulls: logs of progress, metrics by account, and in health what somebody must see to.
import { errorText, type Service } from '@tideway/service';
import type { Published } from '@tideway/kafka';
import type { Span } from './days.js';
import type { RunOutcome } from './schedule.js';

/** Metrics of all accounts of the service, and the problems that they have at present. */
export class PullProgress {
  readonly #problems = new Map<string, string>();
  readonly #runs;
  readonly #retries;
  readonly #rows;
  readonly #since;
  readonly #problem;

  constructor(private readonly service: Pick<Service, 'logger' | 'metrics' | 'health'>) {
    const { metrics, health } = service;
    this.#runs = metrics.counter('tideway_pull_runs_total', 'Runs of pulled accounts by how they ended: done, refused, failed', ['platform', 'account', 'outcome']);
    this.#retries = metrics.counter('tideway_pull_retries_total', 'Requests to platforms that were sent again', ['platform', 'account']);
    this.#rows = metrics.counter('tideway_pull_rows_total', 'Rows of pulled reports that Kafka acknowledged', ['platform', 'account', 'outcome']);
    this.#since = metrics.gauge('tideway_pull_last_done_timestamp_seconds', 'When the last run that reached its end ended', ['platform', 'account']);
    this.#problem = metrics.gauge('tideway_pull_problem', '1 where the last run was refused or failed, or a request waits to be sent again', ['platform', 'account']);
    health.addWarning('pull', () => (this.#problems.size === 0 ? undefined : [...this.#problems.values()].join('; ')));
  }

  /** What one account reports to. */
  of(platform: string, account: string): AccountProgress {
    const labels = { platform, account };
    const { logger } = this.service;
    const solve = () => {
      this.#problems.delete(`${platform} ${account}`);
      this.#problem.set(labels, 0);
    };
    const tell = (text: string) => {
      this.#problems.set(`${platform} ${account}`, text);
      this.#problem.set(labels, 1);
    };
    return {
      retry: (error, waitMs) => {
        this.#retries.inc(labels);
        tell(errorText(error));
        logger.warn({ ...labels, error: errorText(error), waitMs }, 'no answer of the platform yet; trying again');
      },
      page: ({ accepted, quarantined }) => {
        for (const [outcome, count] of Object.entries({ accepted, quarantined })) this.#rows.inc({ ...labels, outcome }, count);
        logger.debug({ ...labels, accepted, quarantined }, 'rows acknowledged');
      },
      done: (days, rows) => {
        logger.info({ ...labels, ...days, rows }, 'pulled');
        this.#since.set(labels, Date.now() / 1_000);
      },
      ended: (outcome, error) => {
        this.#runs.inc({ ...labels, outcome });
        if (outcome === 'done') return solve();
        tell(errorText(error));
        logger[outcome === 'refused' ? 'error' : 'warn']({ ...labels, error: errorText(error) }, outcome === 'refused' ? 'refused by the platform: somebody must see to it' : 'the pull failed; it is tried again');
      },
      released: () => {
        solve();
        this.#problem.remove(labels);
      },
    };
  }
}

export interface AccountProgress {
  retry(error: Error, waitMs: number): void;
  page(published: Pick<Published, 'accepted' | 'quarantined'>): void;
  done(days: Span, rows: number): void;
  ended(outcome: RunOutcome, error?: unknown): void;
  /** The account is another instance's by now. */
  released(): void;
}
