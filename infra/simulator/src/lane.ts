// Turns the visits of a group of people into requests that must be sent one after another, with the resends of real life.
import { LARGEST_CRM_BATCH, LARGEST_WEB_BATCH, stampCalls, webRequest, webhookRequest, type SentCall, type SentHubSpotEvent } from './batches.js';
import type { Catalogue } from './catalogue.js';
import type { Crowd } from './crowd.js';
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
/** Visits at a time; somebody who is drawn again meanwhile begins the next one after the last. */
const IN_SHOP = 12;
/** HubSpot collects events for a moment: they go out once there are this many, or after this many web batches. */
const DELIVERY_EVENTS = 8;
const DELIVERY_TURNS = 3;
const CALLS_REMEMBERED = 64;

interface Visit {
  person: Person;
  /** Events that are left of it, at the head of the person's. */
  left: number;
}

export class Lane {
  readonly #number: number;
  readonly #random: Random;
  readonly #crowd: Crowd;
  readonly #catalogue: Catalogue;
  readonly #visits: Visit[] = [];
  /** What the people of the visits do, in order. */
  readonly #plans = new Map<Person, (WebEvent | CrmEvent)[]>();
  #crmEvents: HubSpotEvent[] = [];
  #turnsSinceDelivery = 0;
  #deliveryAgain: SentHubSpotEvent[] | undefined;
  #batchAgain: SentCall[] | undefined;
  #remembered: SentCall[] = [];
  #stampedUntil = 0;

  /** `random` decides about batches, resends and who comes next, never about what people do. */
  constructor(number: number, crowd: Crowd, catalogue: Catalogue, random: Random) {
    this.#number = number;
    this.#random = random;
    this.#crowd = crowd;
    this.#catalogue = catalogue;
  }

  /** The lane's next request, of at most `limit` events (at least 1), sent at `now` (milliseconds). */
  next(limit: number, now: number): NativeRequest {
    while (this.#visits.length < Math.min(IN_SHOP, this.#crowd.size)) this.#visits.push(this.#nextVisit());
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
      if (roll < BAD) fresh.push(faultyCall(this.#random, this.#random.pick(this.#visits).person));
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
    const place = this.#random.int(0, this.#visits.length - 1);
    if (this.#visits[place]!.left === 0) this.#visits[place] = this.#nextVisit();
    const visit = this.#visits[place]!;
    visit.left--;
    const plan = this.#plans.get(visit.person)!;
    const event = plan.shift()!;
    if (plan.length === 0) this.#plans.delete(visit.person);
    if (event.platform === 'web') batch.push(event);
    else this.#crmEvents.push(event.event);
  }

  #nextVisit(): Visit {
    const person = this.#crowd.next(this.#random);
    const events = planVisit(person, this.#catalogue);
    this.#plans.set(person, [...(this.#plans.get(person) ?? []), ...events]);
    return { person, left: events.length };
  }
}
