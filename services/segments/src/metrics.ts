// What the service tells of its work: how long it takes from an event to the membership that it changes, what evaluation costs, and how far changed definitions have got.
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

/** Processor time of applying activities to states and evaluating these: what grows with definitions, without Kafka, decoding and ClickHouse. */
export class EvaluationCost {
  readonly #seconds;
  readonly #profiles;

  constructor(metrics: Metrics) {
    this.#seconds = metrics.counter('tideway_evaluation_cpu_seconds_total', 'Processor time of applying activities to profiles and evaluating them');
    this.#profiles = metrics.counter('tideway_evaluations_total', 'Evaluations of a profile');
  }

  /** Does the work, which is synchronous, and counts it. */
  of<T>(work: () => T): T {
    const before = process.threadCpuUsage();
    const result = work();
    const { user, system } = process.threadCpuUsage(before);
    this.#seconds.inc((user + system) / 1e6);
    return result;
  }

  evaluated(profiles: number): void {
    this.#profiles.inc(profiles);
  }
}

/** What one partition's profiles come to in memory: the states of all of them, and what those did that are kept in it with that. */
export class CacheMemory {
  readonly #profiles;
  readonly #bytes;
  readonly #states;

  constructor(metrics: Metrics, private readonly partition: number) {
    this.#profiles = metrics.gauge('tideway_segments_profiles', 'Profiles in memory with what they did', ['partition']);
    this.#bytes = metrics.gauge('tideway_segments_profiles_bytes', 'Memory of what these did, about', ['partition']);
    this.#states = metrics.gauge('tideway_segments_states_bytes', 'Memory of the states of all profiles', ['partition']);
  }

  holds({ size, bytes }: { size: number; bytes: number }, states: { bytes: number }): void {
    this.#profiles.set({ partition: String(this.partition) }, size);
    this.#bytes.set({ partition: String(this.partition) }, bytes);
    this.#states.set({ partition: String(this.partition) }, states.bytes);
  }

  /** The partition is another process's. */
  close(): void {
    for (const gauge of [this.#profiles, this.#bytes, this.#states]) gauge.remove({ partition: String(this.partition) });
  }
}

/** Profiles of one partition that are still to follow changed definitions. */
export class AdoptionProgress {
  readonly #gauge;

  constructor(metrics: Metrics, private readonly partition: number) {
    this.#gauge = metrics.gauge('tideway_adoption_profiles_left', 'Profiles that are to be evaluated by changed definitions or ranks; 1 where it is not known yet who they are', ['partition']);
    this.left(undefined);
  }

  /** @param profiles undefined where nothing is to be done, or nothing any more */
  left(profiles: number | undefined): void {
    this.#gauge.set({ partition: String(this.partition) }, profiles === undefined ? 0 : Math.max(1, profiles));
  }

  /** The partition is another process's. */
  close(): void {
    this.#gauge.remove({ partition: String(this.partition) });
  }
}
