// How much is in hand at once: beyond it, senders are asked to come again, and memory stays bounded.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gauge } from 'prom-client';
import { unavailable } from './errors.js';

export interface InFlightLimits {
  /** Bytes of bodies, unpacked. */
  bytes: number;
  events: number;
}

interface Hold {
  bytes: number;
  events: number;
  /** Both must be over before a request's share is free: the answer, and the work, which may outlive a lost connection. */
  answered: boolean;
  working: boolean;
}

export class InFlight {
  readonly #holds = new WeakMap<IncomingMessage, Hold>();
  #bytes = 0;
  #events = 0;

  constructor(private readonly limits: InFlightLimits, private readonly gauge?: Gauge<'unit'>) {}

  /** Takes the share of a request whose body may have `bytes`; throws IntakeError 503 where it does not fit. */
  admit(request: IncomingMessage, response: ServerResponse, bytes: number): void {
    if (this.#bytes + bytes > this.limits.bytes) throw unavailable('overloaded', 'too much is being processed: send it again');
    const hold: Hold = { bytes, events: 0, answered: false, working: false };
    this.#holds.set(request, hold);
    this.#change(bytes, 0);
    response.once('close', () => {
      hold.answered = true;
      this.#release(hold);
    });
  }

  /** Runs the work on a request's events within the limit; throws IntakeError 503 where they do not fit. */
  async work<T>(request: IncomingMessage, events: number, run: () => Promise<T>): Promise<T> {
    if (this.#events + events > this.limits.events && this.#events > 0) throw unavailable('overloaded', 'too many events are being processed: send them again');
    const hold = this.#holds.get(request) ?? { bytes: 0, events: 0, answered: true, working: false };
    hold.events = events;
    hold.working = true;
    this.#change(0, events);
    try {
      return await run();
    } finally {
      hold.working = false;
      this.#release(hold);
    }
  }

  /** What is in hand now. */
  get current(): InFlightLimits {
    return { bytes: this.#bytes, events: this.#events };
  }

  #release(hold: Hold): void {
    if (!hold.working) {
      this.#change(0, -hold.events);
      hold.events = 0;
    }
    if (hold.answered && !hold.working) {
      this.#change(-hold.bytes, 0);
      hold.bytes = 0;
    }
  }

  #change(bytes: number, events: number): void {
    this.#bytes += bytes;
    this.#events += events;
    this.gauge?.set({ unit: 'bytes' }, this.#bytes);
    this.gauge?.set({ unit: 'events' }, this.#events);
  }
}
