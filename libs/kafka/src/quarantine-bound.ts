// How much quarantine keeps: bytes per source and hour, so that one broken sender cannot fill what all share.
import type { OperationsQuarantine } from '@tideway/contracts';
import type { Metrics } from '@tideway/service';

/** Default of QUARANTINE_BYTES_PER_HOUR. */
export const QUARANTINE_BYTES_PER_HOUR = 256 * 1024 * 1024;
const HOUR_MS = 3_600_000;
/** About what an entry takes without its bytes and context. */
const ENTRY_BYTES = 500;
/** Sources with a bound of their own in an hour: names may come from senders, and memory is bounded too. */
const MAX_SOURCES = 1_000;

export class QuarantineBound {
  readonly #used = new Map<string, number>();
  readonly #entries;
  readonly #bytes;
  readonly #leftOut;
  readonly #refused;
  #hour = 0;

  /** `bytesPerHour` holds for each source, or product where a record has no source, in this process. */
  constructor(private readonly bytesPerHour: number = QUARANTINE_BYTES_PER_HOUR, metrics?: Metrics) {
    this.#entries = metrics?.counter('tideway_quarantine_entries_total', 'Entries given to quarantine', ['source', 'stage', 'code']);
    this.#bytes = metrics?.counter('tideway_quarantine_bytes_total', 'Bytes of originals and contexts given to quarantine', ['source']);
    this.#leftOut = metrics?.counter('tideway_quarantine_originals_left_out_total', 'Entries kept without their bytes, which were beyond the bound', ['source']);
    this.#refused = metrics?.counter('tideway_quarantine_refused_total', 'Events that quarantine was too full for: kept nowhere', ['source']);
  }

  /** The entry as it is kept: whole, or, where the source has used its bytes of this hour, without original and context. */
  fit(record: OperationsQuarantine, now = Date.now()): OperationsQuarantine {
    const source = this.#sourceOf(record, now);
    const bytes = record.original.length + Buffer.byteLength(record.context ?? '');
    const used = this.#used.get(source) ?? 0;
    const fits = used + ENTRY_BYTES + bytes <= this.bytesPerHour;
    this.#used.set(source, used + ENTRY_BYTES + (fits ? bytes : 0));
    this.#entries?.inc({ source, stage: record.stage, code: record.code });
    if (fits) this.#bytes?.inc({ source }, bytes);
    else this.#leftOut?.inc({ source });
    return fits ? record : { ...record, original: Buffer.alloc(0), context: null };
  }

  /** Whether not even entries without bytes are kept of this source any more: at twice the bound. Counts the event as refused. */
  refuses(record: OperationsQuarantine, now = Date.now()): boolean {
    const source = this.#sourceOf(record, now);
    const full = (this.#used.get(source) ?? 0) >= 2 * this.bytesPerHour;
    if (full) this.#refused?.inc({ source });
    return full;
  }

  #sourceOf({ source, product, service }: OperationsQuarantine, now: number): string {
    const hour = Math.floor(now / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#used.clear();
    }
    const name = source ?? product ?? service;
    return this.#used.has(name) || this.#used.size < MAX_SOURCES ? name : 'others';
  }
}
