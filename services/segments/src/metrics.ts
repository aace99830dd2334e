// How long it takes from the receipt of an event to the membership that it changes.
import type { Metrics } from '@tideway/service';

export class LatencyLog {
  readonly #histogram;
  #pending: number[] = [];

  constructor(metrics: Metrics) {
    this.#histogram = metrics.seconds('tideway_event_to_membership_seconds', 'From the receipt of an event to the commit of the membership that it changed');
  }

  /** Notes a change whose event was received at `receivedAt` (ms). */
  changed(receivedAt: number): void {
    this.#pending.push(receivedAt);
  }

  /** The changes noted so far are visible to consumers now. */
  committed(): void {
    const now = Date.now();
    for (const receivedAt of this.#pending) this.#histogram.observe(Math.max(0, now - receivedAt) / 1000);
    this.#pending = [];
  }
}
