// How long answers took and how well the generator kept its schedule, in memory that does not grow with what is counted.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Timing } from '@tideway/simulator';

/** Milliseconds. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export interface LoadTimings {
  requests: number;
  /** Answers from the moment at which their requests were due: what people would have waited (coordinated omission is in). */
  fromDue: Spread;
  /** Answers from the moment at which their requests were sent: what the service took for those that it got. */
  fromSend: Spread;
  /** How long after it could have been sent a request was sent: the generator's own delay. */
  behind: Spread;
  /** How long requests that were due waited for an answer about the same people. */
  waited: Spread;
}

/** A generator that was further behind than this did not make the load that it was asked for, and its run does not count. */
export const MOST_BEHIND_MS = { p99: 100, max: 1_000 };

/** Whether the run counts. */
export const keptSchedule = ({ behind }: LoadTimings): boolean => behind.p99 <= MOST_BEHIND_MS.p99 && behind.max <= MOST_BEHIND_MS.max;

/** HDR histograms of Node's own, in microseconds up to an hour with three digits: https://nodejs.org/api/perf_hooks.html */
const histogram = () => createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });

export class Timings {
  readonly #fromDue = histogram();
  readonly #fromSend = histogram();
  readonly #behind = histogram();
  readonly #waited = histogram();

  record({ dueAt, freeAt, sentAt, answeredAt }: Timing): void {
    record(this.#fromDue, answeredAt - dueAt);
    record(this.#fromSend, answeredAt - sentAt);
    record(this.#behind, sentAt - freeAt);
    record(this.#waited, freeAt - dueAt);
  }

  /** Of all that was recorded since the last reset. */
  summary(): LoadTimings {
    return { requests: this.#fromDue.count, fromDue: spread(this.#fromDue), fromSend: spread(this.#fromSend), behind: spread(this.#behind), waited: spread(this.#waited) };
  }

  reset(): void {
    for (const one of [this.#fromDue, this.#fromSend, this.#behind, this.#waited]) one.reset();
  }
}

function record(into: RecordableHistogram, ms: number): void {
  // The least that it takes is a microsecond.
  into.record(Math.max(1, Math.round(ms * 1000)));
}

function spread(of: RecordableHistogram): Spread {
  if (of.count === 0) return { p50: 0, p99: 0, max: 0 };
  return { p50: of.percentile(50) / 1000, p99: of.percentile(99) / 1000, max: of.max / 1000 };
}
