// Sends a stream of requests to the domain services, each lane in order, and compares the answers with what was expected.
import { setMaxListeners } from 'node:events';
import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import type { Targets } from './credentials.js';
import type { NativeRequest } from './request.js';
import { Connections, send, type Answer } from './send.js';

/** Counts are of native events, but for `requests` and `retries`. */
export interface Totals {
  /** Of all requests that were sent at least once. */
  sent: number;
  /** As the services answered. */
  accepted: number;
  quarantined: number;
  rejected: number;
  /** Deliberate repeats among the accepted ones, as expected: accepted - resends distinct events have been accepted. */
  resends: number;
  /** Accepted events that retries may have left once more, at most: products hold accepted to accepted + possibleResends rows. */
  possibleResends: number;
  /** Sent, but not answered when the replay was aborted: the services may or may not have them. */
  unknown: number;
  requests: number;
  /** Attempts after the first. */
  retries: number;
  /** `sent` by domain. */
  perDomain: Record<string, number>;
  /** Every answer that was not the expected one: what was sent, expected and answered. */
  differences: string[];
}

/**
 * When a request was due, and what became of it: milliseconds on the clock of performance.now(). An answer that is counted
 * from `dueAt` includes all that its request had to wait for: nothing is omitted because the service was slow (Gil Tene:
 * coordinated omission, https://github.com/HdrHistogram/HdrHistogram#corrected-vs-raw-value-recording-calls).
 */
export interface Timing {
  /** By the pace alone; without one, when the request was taken. */
  dueAt: number;
  /** When it could be sent: due, or, where that came later, at the answer to the request before it of its lane. */
  freeAt: number;
  /** Start of the first attempt. `sentAt - freeAt` is how far the sender fell behind, by its own fault. */
  sentAt: number;
  answeredAt: number;
}

export interface ReplayOptions<R extends NativeRequest = NativeRequest> {
  /**
   * Open loop: requests are taken and sent at this pace however long answers take, and a lane that waits for an answer keeps
   * no other one waiting. A function is asked after each request. Undefined: as fast as they are answered.
   */
  eventsPerSecond?: number | (() => number);
  /** Open loop as well: when a request is due, milliseconds on the clock of performance.now(), never before the one before it. Not together with a pace. */
  dueAt?: (request: R) => number;
  /** Requests in flight at most without a pace, each on a connection of its own. Default 8. With one, each lane may have one in flight. */
  concurrency?: number;
  onAnswer?: (request: R, answer: Answer, timing: Timing) => void;
  /** Ends the replay: what is in flight counts as unknown, and the totals so far are returned. */
  signal?: AbortSignal;
}

const DEFAULT_CONCURRENCY = 8;
/** Requests taken but not answered, per place in flight, when answers set the pace: enough that no lane waits for another. */
const TAKEN_PER_PLACE = 4;

/**
 * Sends all of `requests` and returns when every one is answered or the signal is aborted. Requests of one lane are sent
 * one after another, so what happens to a person arrives in order; in an outage they wait and are repeated (see send()).
 * Where answers set the pace, requests are taken from the iterable only as fast as they are answered; at a pace, those that
 * wait for an answer are kept, however many.
 */
export async function replay<R extends NativeRequest>(requests: Iterable<R>, targets: Targets, options: ReplayOptions<R> = {}): Promise<Totals> {
  const { eventsPerSecond, dueAt: timeOf, concurrency = DEFAULT_CONCURRENCY, signal } = options;
  const paced = eventsPerSecond !== undefined || timeOf !== undefined;
  checkPace(typeof eventsPerSecond === 'function' ? eventsPerSecond() : eventsPerSecond, concurrency);
  const pace = typeof eventsPerSecond === 'function' ? eventsPerSecond : () => eventsPerSecond!;
  if (signal) setMaxListeners(0, signal);
  const totals = emptyTotals();
  const connections = new Connections();
  const places = new Map<number, Place>();
  const open = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let answered = () => {};
  try {
    let nextDueAt: number | undefined;
    let number = 0;
    for (const request of requests) {
      // The first one may have taken long to make: the pace begins with it.
      nextDueAt ??= performance.now();
      if (timeOf) {
        nextDueAt = timeOf(request);
        await pause(nextDueAt - performance.now(), signal);
        if (signal?.aborted) break;
      }
      const dueAt = paced ? nextDueAt : performance.now();
      const place = placeOf(places, paced ? request.lane : request.lane % concurrency);
      const task: Task<R> = { request, number: ++number, dueAt, place, targets, connections, options, totals };
      const done = place.last.then(() => deliver(task)).catch((error: unknown) => void (failure ??= { error }));
      place.last = done;
      open.add(done);
      void done.then(() => {
        open.delete(done);
        answered();
      });
      // A race of all that is open would cost more the more connections there are.
      if (!paced) while (open.size >= concurrency * TAKEN_PER_PLACE) await new Promise<void>((resolve) => void (answered = resolve));
      else if (!timeOf) await pause((nextDueAt += (request.events / pace()) * 1000) - performance.now(), signal);
      if (signal?.aborted || failure) break;
    }
    await Promise.all(open);
  } finally {
    connections.close();
  }
  if (failure) throw failure.error;
  return totals;
}

/** Where requests go out one after another. */
interface Place {
  last: Promise<void>;
  /** When the last answer came. */
  freeAt: number;
}

function placeOf(places: Map<number, Place>, number: number): Place {
  const place = places.get(number) ?? { last: Promise.resolve(), freeAt: 0 };
  places.set(number, place);
  return place;
}

interface Task<R extends NativeRequest> {
  request: R;
  /** Place in the stream, from 1 on. */
  number: number;
  dueAt: number;
  place: Place;
  targets: Targets;
  connections: Connections;
  options: ReplayOptions<R>;
  totals: Totals;
}

async function deliver<R extends NativeRequest>({ request, number, dueAt, place, targets, connections, options: { onAnswer, signal }, totals }: Task<R>): Promise<void> {
  if (signal?.aborted) return;
  const freeAt = Math.max(dueAt, place.freeAt);
  const sentAt = performance.now();
  let attempts = 0;
  const onAttempt = (attempt: number) => {
    attempts = attempt;
    if (attempt > 1) totals.retries++;
    else countSent(totals, request);
  };
  let answer: Answer;
  try {
    answer = await send(request, targets, { connections, signal, onAttempt });
  } catch (error) {
    if (!signal?.aborted) throw error;
    if (attempts > 0) totals.unknown += request.events;
    return;
  }
  const answeredAt = performance.now();
  place.freeAt = answeredAt;
  countAnswer(totals, request, answer);
  const difference = describeDifference(request, answer);
  if (difference !== undefined) totals.differences.push(`request ${number}: ${difference}`);
  onAnswer?.(request, answer, { dueAt, freeAt, sentAt, answeredAt });
}

function countSent(totals: Totals, request: NativeRequest): void {
  totals.requests++;
  totals.sent += request.events;
  totals.perDomain[request.domain] = (totals.perDomain[request.domain] ?? 0) + request.events;
}

function countAnswer(totals: Totals, request: NativeRequest, answer: Answer): void {
  const { accepted = 0, quarantined = 0, rejected = [] } = answer;
  totals.accepted += accepted;
  totals.quarantined += quarantined;
  totals.rejected += rejected.length;
  totals.resends += request.expected.resends;
  totals.possibleResends += accepted * answer.possiblyTaken;
}

/** What is not as expected in an answer, with what helps to find out why; undefined where all is as expected. */
export function describeDifference({ domain, path, events, expected }: NativeRequest, answer: Answer): string | undefined {
  const what = `${domain} ${path} with ${events} events`;
  if (answer.status < 200 || answer.status > 299) return `${what} was refused with status ${answer.status}: ${answer.text}. Check the address and the keys.`;
  const { accepted, quarantined, rejected } = answer;
  if (accepted === undefined || quarantined === undefined || rejected === undefined) return `${what} was answered without counts of accepted, quarantined and rejected events: ${answer.text}`;
  if (accepted === expected.accepted && quarantined === expected.quarantined && rejected.length === expected.rejected) return undefined;
  const first = rejected[0] ? `; the first rejection: ${JSON.stringify(rejected[0])}` : '';
  return `${what}: expected ${expected.accepted} accepted, ${expected.quarantined} quarantined, ${expected.rejected} rejected, `
    + `but answered ${accepted}, ${quarantined}, ${rejected.length}${first}`;
}

function emptyTotals(): Totals {
  return { sent: 0, accepted: 0, quarantined: 0, rejected: 0, resends: 0, possibleResends: 0, unknown: 0, requests: 0, retries: 0, perDomain: {}, differences: [] };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // An abort ends the pause early; the caller looks at the signal next.
  if (ms > 0 && !signal?.aborted) await sleep(ms, undefined, { signal }).catch(() => undefined);
  // Who is behind still lets answers come in.
  else await yieldToOthers();
}

function checkPace(eventsPerSecond: number | undefined, concurrency: number): void {
  if (eventsPerSecond !== undefined && !(eventsPerSecond > 0)) throw new RangeError(`eventsPerSecond must be above 0, not ${eventsPerSecond}. Leave it out to send as fast as answers come.`);
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`concurrency must be a whole number from 1, not ${concurrency}.`);
}
