// The simulated shop at work: its history as fast as services answer, then live.
import { ShopFeed, activity, firstEvents, replay, type NativeRequest, type ShopRequest, type Totals, type Truth } from '@tideway/simulator';
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
const PROGRESS_EVERY_MS = 5_000;
/** Many small requests: twice as many in flight as by default. */
const CONCURRENCY = 16;

/** With a wanted number of events: this share of them is history, the rest happens live. */
const HISTORY_SHARE = 0.8;
/** Of a history of few events; as many days as give about so many sessions each. */
const SESSIONS_OF_A_DAY = 25;

/** Days and sessions a day of a history for `events` events in all, of at most `mostDays` days. */
export function historyFor(events: number, mostDays: number): { days: number; sessionsPerDay: number } {
  const sessions = (HISTORY_SHARE * events) / EVENTS_PER_SESSION;
  const days = Math.min(mostDays, Math.max(1, Math.ceil(sessions / SESSIONS_OF_A_DAY)));
  return { days, sessionsPerDay: Math.max(1, sessions / days) };
}

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
        concurrency: CONCURRENCY,
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

  /**
   * Goes on until the signal is aborted, with about so many events a second on an average of the shop's day; or for `events` events, with
   * about as many a second at this hour.
   */
  live(mesh: Mesh, eventsPerSecond: number, events?: number): Promise<Totals> {
    const { sessionsPerDay, signal, onAnswer } = this.#options;
    const wanted = (eventsPerSecond * SECONDS_PER_DAY) / (EVENTS_PER_SESSION * LIVE_SPEED) / (events === undefined ? 1 : activity(this.#until));
    this.#feed.goLive(this.#until, { at: Date.now(), speed: LIVE_SPEED, moreSessionsPerDay: Math.max(0, wanted - sessionsPerDay) });
    const clockOffset = performance.now() - Date.now();
    const requests = this.#feed.until(Infinity);
    return replay(events === undefined ? requests : firstEvents(requests, events), mesh.targets, { dueAt: ({ at }) => at + clockOffset, signal, onAnswer });
  }
}
