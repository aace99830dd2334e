// What was promised: every native event that was answered with a 2xx, by the id that it must have, and when.
import type { Answer, NativeRequest } from '@tideway/simulator';
import { nativeIds } from './native-ids.js';

export interface Promised {
  /** Place in the order of sending; events of one person are sent in it. */
  order: number;
  /** Time (ms) of the first answer that promised it. */
  at: number;
  /** Accepted or quarantined: the answer counts both, and does not say which is which. */
  domain: string;
}

export class Ledger {
  /** By event_id. */
  readonly promised = new Map<string, Promised>();
  /** Source of web events in their ids. */
  readonly #webSource: string;
  readonly #orders = new WeakMap<NativeRequest, number>();
  #next = 0;

  constructor(webSource: string) {
    this.#webSource = webSource;
  }

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
    nativeIds(request, this.#webSource).forEach((id, index) => {
      if (id !== undefined && !rejected.has(index)) this.promise(id, { order: first + index, at: now, domain: request.domain });
    });
  }

  /** Notes an event that was published without a native payload. A repeat keeps what is known of the first. */
  promise(id: string, promised: Promised): void {
    if (!this.promised.has(id)) this.promised.set(id, promised);
  }
}
