// What the customer service counts.
import type { Metrics } from '@tideway/service';
import type { BatchStats } from './identity/batch.js';

export class CustomerMetrics {
  readonly #records;
  readonly #merges;
  readonly #erasures;
  readonly #splits;
  readonly #conflicts;
  readonly #identifiers;
  readonly #eventIds;

  constructor(metrics: Metrics) {
    this.#records = metrics.counter('tideway_customer_records_total', 'Records by what became of them', ['outcome']);
    this.#merges = metrics.counter('tideway_customer_merges_total', 'Profiles merged into older ones');
    this.#erasures = metrics.counter('tideway_customer_erasures_total', 'Profiles erased');
    this.#splits = metrics.counter('tideway_customer_splits_total', 'Requests to split a profile by what became of them', ['outcome']);
    this.#conflicts = metrics.counter('tideway_customer_conflicts_total', 'Merges refused, by rule', ['rule']);
    this.#identifiers = metrics.gauge('tideway_customer_identifiers', 'Identifiers in the graph');
    this.#eventIds = metrics.gauge('tideway_customer_event_ids_bytes', 'Memory of the ids of events of eight days');
  }

  planned(stats: BatchStats, quarantined: number): void {
    const { resends, withoutIdentifiers, suppressed, records, merges, erasures, splits, conflicts } = stats;
    this.#records.inc({ outcome: 'resend' }, resends);
    this.#records.inc({ outcome: 'without_identifier' }, withoutIdentifiers);
    this.#records.inc({ outcome: 'suppressed' }, suppressed);
    this.#records.inc({ outcome: 'resolved' }, records - resends - withoutIdentifiers - suppressed);
    this.#records.inc({ outcome: 'quarantined' }, quarantined);
    this.#merges.inc(merges);
    this.#erasures.inc(erasures);
    for (const [outcome, count] of Object.entries(splits)) this.#splits.inc({ outcome }, count);
    for (const [rule, count] of Object.entries(conflicts)) this.#conflicts.inc({ rule }, count);
  }

  /** What is in memory: identifiers, and bytes of the ids of events. */
  size(identifiers: number, eventIdBytes: number): void {
    this.#identifiers.set(identifiers);
    this.#eventIds.set(eventIdBytes);
  }
}
