// The shop's happenings as requests: of each visit, and of what sales does, in order, as libraries and platforms send them.
import { LARGEST_CRM_BATCH, webRequest, webhookRequest, type SentCall, type SentHubSpotEvent } from '../batches.js';
import { faultyCall } from '../faults.js';
import { Random } from '../random.js';
import type { NativeRequest } from '../request.js';
import { hubspotEvents } from './crm-words.js';
import type { Happening, Truth } from './happening.js';
import { adRequests, mailRequests, type MailHappening } from './requests.js';
import { Shop, type Live, type ShopOptions } from './shop.js';
import { botCall, segmentCall } from './web-words.js';

/** A request of the shop, with the time at which it goes out, milliseconds since the epoch. */
export interface ShopRequest extends NativeRequest {
  at: number;
}

export interface FeedOptions extends ShopOptions {
  /** Told what is true, in the order of time and before the requests that show it. */
  onTruth?: (truth: Truth) => void;
  /** When requests about the past are made: batches say so in `sentAt`, or the service would take their calls for a clock's error. Default: Date.now */
  now?: () => number;
}

/** Shares of calls and of requests. */
const BAD = 0.01;
const BATCH_AGAIN = 0.02;
const DELIVERY_AGAIN = 0.05;

/** Somebody's requests go out one after another: they have one lane of so many. */
const LANES = 64;
/** Calls of one visit in a batch: libraries send at 20, and Segment's mobile ones also after half a minute. */
const LARGEST_VISIT_BATCH = 20;
/** How long calls and events wait for others; what is long past is sent in larger batches. */
const HELD_MS = { past: 300_000, live: 1_000 };
const FEED_STREAM = 0x8000_0100;

/** What waits to go out: calls of a visit, events of HubSpot about a lane's people, or events of mails. */
interface Held {
  until: number;
  lane: number;
  calls: SentCall[];
  crm: SentHubSpotEvent[];
  mails: MailHappening[];
}

export class ShopFeed {
  readonly #shop: Shop;
  readonly #options: FeedOptions;
  readonly #random: Random;
  readonly #now: () => number;
  /** In the order of `until`, as all wait equally long. */
  readonly #held = new Map<string, Held>();
  #live = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#shop = new Shop(options);
    this.#random = new Random(options.seed, FEED_STREAM);
    this.#now = options.now ?? Date.now;
  }

  /** Requests with everything that happens before a time of the shop's clock and was not given yet. */
  *until(time: number): Generator<ShopRequest> {
    for (const happening of this.#shop.until(time)) {
      yield* this.#release(happening.at);
      yield* this.#take(happening);
    }
    yield* this.#release(Infinity);
  }

  /** See Shop.goLive(). */
  goLive(from: number, live: Live): void {
    this.#live = true;
    this.#shop.goLive(from, live);
  }

  *#take(happening: Happening): Generator<ShopRequest> {
    const { at } = happening;
    switch (happening.platform) {
      case 'truth':
        this.#options.onTruth?.(happening.truth);
        return;
      case 'ads':
        for (const request of adRequests(happening)) yield { ...request, at };
        return;
      case 'mail':
        this.#hold('mail', 0, at).mails.push(happening);
        return;
      case 'crm':
        return yield* this.#sales(happening);
      case 'bot':
        return yield* this.#call(happening.visit, Number.parseInt(happening.visit.slice(0, 6), 16) % LANES, at, JSON.stringify({ ...botCall(happening, this.#random), timestamp: iso(at) }));
      case 'web': {
        const { visit } = happening;
        const lane = visit.person.index % LANES;
        if (this.#random.chance(BAD)) {
          const { call, occurredAt, outcome } = faultyCall(this.#random, { userId: visit.person.userId, devices: [visit.device] });
          this.#hold(visit.id, lane, at).calls.push({ json: JSON.stringify({ ...call, timestamp: occurredAt ?? iso(at) }), outcome, repeated: false });
        }
        yield* this.#call(visit.id, lane, at, JSON.stringify({ ...segmentCall(happening, this.#random), timestamp: iso(at) }));
      }
    }
  }

  *#call(visit: string, lane: number, at: number, json: string): Generator<ShopRequest> {
    const held = this.#hold(visit, lane, at);
    held.calls.push({ json, outcome: 'accepted', repeated: false });
    if (held.calls.length >= LARGEST_VISIT_BATCH) yield* this.#send(visit, at);
  }

  *#sales(happening: Extract<Happening, { platform: 'crm' }>): Generator<ShopRequest> {
    const lane = happening.person.index % LANES;
    const events = hubspotEvents(happening, this.#options.seed, this.#random);
    const key = `crm ${lane}`;
    const held = this.#hold(key, lane, happening.at);
    held.crm.push(...events.map((event, index) => ({ ...event, occurredAt: happening.at + index })));
    if (held.crm.length + events.length > LARGEST_CRM_BATCH) yield* this.#send(key, happening.at);
  }

  #hold(key: string, lane: number, at: number): Held {
    const known = this.#held.get(key);
    if (known) return known;
    const held: Held = { until: at + (this.#live ? HELD_MS.live : HELD_MS.past), lane, calls: [], crm: [], mails: [] };
    this.#held.set(key, held);
    return held;
  }

  *#release(now: number): Generator<ShopRequest> {
    for (const [key, { until }] of this.#held) {
      if (until > now) return;
      yield* this.#send(key, until);
    }
  }

  *#send(key: string, at: number): Generator<ShopRequest> {
    const { calls, crm, mails, lane } = this.#held.get(key)!;
    this.#held.delete(key);
    if (calls.length > 0) {
      // A live one goes out at its time, however early it was made.
      const sentAt = this.#live ? Math.round(at) : this.#now();
      yield { ...webRequest(calls, lane, sentAt), at };
      // A library that saw no answer sends the batch again, with the same message ids and a new sentAt.
      if (this.#random.chance(BATCH_AGAIN)) yield { ...webRequest(calls.map((call) => ({ ...call, repeated: true })), lane, sentAt), at };
    }
    if (crm.length > 0) {
      yield { ...webhookRequest(crm, lane), at };
      if (this.#random.chance(DELIVERY_AGAIN)) yield { ...webhookRequest(crm.map((event) => ({ ...event, attemptNumber: event.attemptNumber + 1 })), lane), at };
    }
    for (const request of mailRequests(mails)) yield { ...request, at };
  }
}

const iso = (at: number): string => new Date(at).toISOString();

/** Requests of a shop between two times, in order; of ads and mails too. */
export function* shopRequests({ until, ...options }: FeedOptions & { until: number }): Generator<ShopRequest> {
  yield* new ShopFeed(options).until(until);
}

/** The first requests that have this many events together, the last one whole: a few more than asked for, at most a request's. */
export function* firstEvents(requests: Iterable<ShopRequest>, events: number): Generator<ShopRequest> {
  let left = events;
  for (const request of requests) {
    if (left <= 0) return;
    left -= request.events;
    yield request;
  }
}
