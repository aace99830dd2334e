// Turns the visits of a group of people into requests that must be sent one after another, with the resends of real life.
import { LARGEST_CRM_BATCH, LARGEST_WEB_BATCH, stampCalls, webRequest, webhookRequest, type SentCall, type SentHubSpotEvent } from './batches.js';
import { faultyCall } from './faults.js';
import type { HubSpotEvent } from './hubspot-events.js';
import type { Person } from './person.js';
import type { Random } from './random.js';
import type { NativeRequest } from './request.js';
import { planVisit, type CrmEvent, type WebEvent } from './visit.js';

/** Shares of events and of requests; together about one event in twenty is a resend, and one in fifty is bad. */
const BAD = 0.02;
const CALL_AGAIN = 0.015;
const BATCH_AGAIN = 0.03;
const DELIVERY_AGAIN = 0.06;

const SMALLEST_WEB_BATCH = 20;
/** People who are in the shop at a time; the others of the lane wait for their next visit. */
const IN_SHOP = 12;
/** HubSpot collects events for a moment: they go out once there are this many, or after this many web batches. */
const DELIVERY_EVENTS = 8;
const DELIVERY_TURNS = 3;
const CALLS_REMEMBERED = 64;

interface Visitor {
  person: Person;
  /** What is left of the visit. */
  plan: (WebEvent | CrmEvent)[];
}

export class Lane {
  readonly #number: number;
  readonly #random: Random;
  readonly #waiting: Person[];
  readonly #inShop: Visitor[] = [];
  #crmEvents: HubSpotEvent[] = [];
  #turnsSinceDelivery = 0;
  #deliveryAgain: SentHubSpotEvent[] | undefined;
  #batchAgain: SentCall[] | undefined;
  #remembered: SentCall[] = [];
  #stampedUntil = 0;

  /** `people` of this lane, at least one; `random` decides about batches and resends, never about what people do. */
  constructor(number: number, people: readonly Person[], random: Random) {
    this.#number = number;
    this.#random = random;
    this.#waiting = [...people];
    while (this.#inShop.length < IN_SHOP && this.#waiting.length > 0) this.#inShop.push({ person: this.#waiting.shift()!, plan: [] });
  }

  /** The lane's next request, of at most `limit` events (at least 1), sent at `now` (milliseconds). */
  next(limit: number, now: number): NativeRequest {
    return this.#repeatedDelivery(limit) ?? this.#repeatedBatch(limit, now) ?? this.#delivery(limit, now) ?? this.#batch(limit, now);
  }

  /** HubSpot tries again when it has seen no answer in time, with the same events and the next attempt number. */
  #repeatedDelivery(limit: number): NativeRequest | undefined {
    const events = this.#deliveryAgain;
    this.#deliveryAgain = undefined;
    if (events === undefined || events.length > limit) return undefined;
    return webhookRequest(events.map((event) => ({ ...event, attemptNumber: event.attemptNumber + 1 })), this.#number);
  }

  /** Segment's libraries do the same, with the same message ids and a new sentAt. */
  #repeatedBatch(limit: number, now: number): NativeRequest | undefined {
    const calls = this.#batchAgain;
    this.#batchAgain = undefined;
    if (calls === undefined || calls.length > limit) return undefined;
    return webRequest(calls.map((call) => ({ ...call, repeated: true })), this.#number, now);
  }

  #delivery(limit: number, now: number): NativeRequest | undefined {
    if (this.#crmEvents.length === 0) return undefined;
    if (this.#crmEvents.length < DELIVERY_EVENTS && this.#turnsSinceDelivery < DELIVERY_TURNS) return undefined;
    this.#turnsSinceDelivery = 0;
    const events = this.#crmEvents.splice(0, Math.min(limit, LARGEST_CRM_BATCH)).map((event) => ({ ...event, occurredAt: now }));
    if (this.#random.chance(DELIVERY_AGAIN)) this.#deliveryAgain = events;
    return webhookRequest(events, this.#number);
  }

  #batch(limit: number, now: number): NativeRequest {
    this.#turnsSinceDelivery++;
    const size = Math.min(limit, this.#random.int(SMALLEST_WEB_BATCH, LARGEST_WEB_BATCH));
    const fresh: WebEvent[] = [];
    const again: SentCall[] = [];
    while (fresh.length + again.length < size) {
      const roll = this.#random.fraction();
      if (roll < BAD) fresh.push(faultyCall(this.#random, this.#random.pick(this.#inShop).person));
      else if (roll < BAD + CALL_AGAIN && this.#remembered.length > 0) again.push({ ...this.#random.pick(this.#remembered), repeated: true });
      else this.#nextEvent(fresh);
    }
    const sent = stampCalls(fresh, this.#stampedUntil, now);
    this.#stampedUntil = now;
    const calls = [...again, ...sent];
    this.#remembered = [...this.#remembered, ...sent.filter(({ outcome }) => outcome === 'accepted')].slice(-CALLS_REMEMBERED);
    if (this.#random.chance(BATCH_AGAIN)) this.#batchAgain = calls;
    return webRequest(calls, this.#number, now);
  }

  /** Takes the next event of someone in the shop: a web event into `batch`, a CRM event aside. */
  #nextEvent(batch: WebEvent[]): void {
    const place = this.#random.int(0, this.#inShop.length - 1);
    const visitor = this.#inShop[place]!;
    if (visitor.plan.length === 0) {
      if (visitor.person.visits > 0) {
        this.#waiting.push(visitor.person);
        visitor.person = this.#waiting.shift()!;
      }
      visitor.plan = planVisit(visitor.person);
    }
    const event = visitor.plan.shift()!;
    if (event.platform === 'web') batch.push(event);
    else this.#crmEvents.push(event.event);
  }
}
