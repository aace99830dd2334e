// What was promised: every native event that was answered with a 2xx, by the id or the key that it must have, and when.
import type { Answer, NativeRequest } from '@tideway/simulator';
import { DOMAINS, type ReportRow } from '../domains/index.js';

export interface Promised {
  /** Place in the order of sending; events of one person are sent in it. */
  order: number;
  /** Time (ms) of the first answer that promised it. */
  at: number;
  /** Accepted or quarantined: the answer counts both, and does not say which is which. */
  domain: string;
}

/** The last extraction of a row, and the time (ms) of the first answer that promised it. */
export interface Reported extends ReportRow {
  at: number;
}

export class Ledger {
  /** By event_id. */
  readonly promised = new Map<string, Promised>();
  /** By key of the row. */
  readonly reported = new Map<string, Reported>();
  readonly #orders = new WeakMap<NativeRequest, number>();
  #next = 0;

  /** Notes a request's place in the order of sending; called when it is taken, before it is sent. */
  taken(request: NativeRequest): void {
    this.#orders.set(request, this.#next);
    this.#next += request.events;
  }

  /** Notes what an answer promises: everything but what it rejects. */
  answered(request: NativeRequest, answer: Answer, now = Date.now()): void {
    if (answer.status < 200 || answer.status > 299) return;
    const rejected = new Set(answer.rejected?.map(({ index }) => index));
    const first = this.#orders.get(request) ?? 0;
    const { ids, rows } = DOMAINS[request.domain];
    ids?.(request).forEach((id, index) => {
      if (id !== undefined && !rejected.has(index)) this.promise(id, { order: first + index, at: now, domain: request.domain });
    });
    rows?.(request).forEach((row, index) => {
      const known = this.reported.get(row.key);
      if (!rejected.has(index) && (!known || known.extractedAt < row.extractedAt)) this.reported.set(row.key, { ...row, at: now });
    });
  }

  /** Notes an event that was published without a native payload. A repeat keeps what is known of the first. */
  promise(id: string, promised: Promised): void {
    if (!this.promised.has(id)) this.promised.set(id, promised);
  }
}
