// The simulated shop at work: its history as fast as services answer, then live.
import { ShopFeed, firstEvents, replay, type NativeRequest, type ShopRequest, type Totals, type Truth } from '@tideway/simulator';
import type { Mesh } from './mesh.js';

export interface ShopRunOptions {
  seed: number;
  /** Of history. */
  days: number;
  /** Of the history, on an average day. */
  sessionsPerDay: number;
  signal: AbortSignal;
  onTruth: (truth: Truth) => void;
  onAnswer: (request: NativeRequest) => void;
}

const DAY_MS = 86_400_000;
const SECONDS_PER_DAY = 86_400;
/** Native events of a session on average, with those of mails, sales and ads that follow from it. */
const EVENTS_PER_SESSION = 6;
/** An hour of the live shop passes in a minute: a cart mail comes a minute after the cart, a report every 24 minutes. */
export const LIVE_SPEED = 60;
const PROGRESS_EVERY_MS = 2_000;

/** Sessions a day of a shop that has a few more than `events` events in so many days. */
export const sessionsFor = (events: number, days: number): number => Math.max(1, Math.ceil((1.25 * events) / (EVENTS_PER_SESSION * days)));

export class ShopRun {
  readonly #options: ShopRunOptions;
  readonly #feed: ShopFeed;
  readonly #from: number;
  /** Where history ends: the present, as the run begins. */
  readonly #until: number;

  constructor(options: ShopRunOptions) {
    this.#options = options;
    this.#until = Date.now();
    this.#from = this.#until - options.days * DAY_MS;
    this.#feed = new ShopFeed({ seed: options.seed, from: this.#from, sessionsPerDay: options.sessionsPerDay, onTruth: options.onTruth });
  }

  /** Sends the history, or the first `events` of it; `print` is told how far it is. */
  async history(mesh: Mesh, print: (line: string) => void, { events, eventsPerSecond }: { events?: number; eventsPerSecond?: number } = {}): Promise<Totals> {
    const { days, signal } = this.#options;
    const begin = performance.now();
    let sent = 0;
    let at = this.#from;
    const progress = (): void => {
      const day = Math.min(days, Math.floor((at - this.#from) / DAY_MS) + 1);
      print(`history   day ${day} of ${days}   ${sent} events   ${Math.round(sent / ((performance.now() - begin) / 1000))} a second`);
    };
    const timer = setInterval(progress, PROGRESS_EVERY_MS);
    try {
      const requests = this.#feed.until(this.#until);
      return await replay(events === undefined ? requests : firstEvents(requests, events), mesh.targets, {
        ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
        signal,
        onAnswer: (request: ShopRequest) => {
          sent += request.events;
          at = Math.max(at, request.at);
          this.#options.onAnswer(request);
        },
      });
    } finally {
      clearInterval(timer);
      progress();
    }
  }

  /** Goes on until the signal is aborted, with about so many events a second on an average of the shop's day. */
  live(mesh: Mesh, eventsPerSecond: number): Promise<Totals> {
    const { sessionsPerDay, signal, onAnswer } = this.#options;
    const wanted = (eventsPerSecond * SECONDS_PER_DAY) / (EVENTS_PER_SESSION * LIVE_SPEED);
    this.#feed.goLive(this.#until, { at: Date.now(), speed: LIVE_SPEED, moreSessionsPerDay: Math.max(0, wanted - sessionsPerDay) });
    const clockOffset = performance.now() - Date.now();
    return replay(this.#feed.until(Infinity), mesh.targets, { dueAt: ({ at }) => at + clockOffset, signal, onAnswer });
  }
}
