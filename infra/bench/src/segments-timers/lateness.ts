// How long after their times profiles were evaluated, from the changes that this caused.
import { percentile } from '../statistics.js';
import type { ChangeSeen } from '../segments-start/changes.js';

/** Milliseconds after they were due. */
export interface Late {
  p50: number;
  p99: number;
  max: number;
}

export interface LatenessFigures {
  /** Time of the evaluation. */
  evaluatedMs: Late;
  /** When a consumer had it, and so later than the commit. */
  seenMs: Late;
}

export class Lateness {
  readonly #evaluated = new Map<string, number>();
  readonly #seen = new Map<string, number>();

  /** Of timers that are due from `from` to `to` (ms). */
  constructor(private readonly from: number, private readonly to: number) {}

  /** Notes a change, where one of the timers caused it: the first of its profile. Throws where a profile is evaluated before its time. */
  add({ profile_id, reason, caused_at, evaluated_at, at }: Pick<ChangeSeen, 'profile_id' | 'reason' | 'caused_at' | 'evaluated_at' | 'at'>): void {
    if (reason !== 'time' || caused_at < this.from || caused_at > this.to || this.#evaluated.has(profile_id)) return;
    if (evaluated_at < caused_at) throw new Error(`${profile_id} was evaluated ${caused_at - evaluated_at} ms before its time`);
    this.#evaluated.set(profile_id, evaluated_at - caused_at);
    this.#seen.set(profile_id, at - caused_at);
  }

  /** Profiles that were evaluated. */
  get profiles(): number {
    return this.#evaluated.size;
  }

  figures(): LatenessFigures {
    return { evaluatedMs: late([...this.#evaluated.values()]), seenMs: late([...this.#seen.values()]) };
  }
}

function late(values: number[]): Late {
  return { p50: percentile(values, 0.5) ?? NaN, p99: percentile(values, 0.99) ?? NaN, max: percentile(values, 1) ?? NaN };
}
