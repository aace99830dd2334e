// Who the events are about and whether they may be collected: ids, and the decisions that a person made.
import { discard, enqueue, flush, randomId } from './queue.js';
import { read, remove, write } from './storage.js';

const ANONYMOUS_ID = 'anonymous_id';
const USER_ID = 'user_id';
const CONSENT = 'consent';
/** Of events that wait in memory for a decision. */
const MAX_HELD = 100;

/** By purpose, as schemas/purposes.yaml names them; `analytics` decides on collecting at all. */
export type Preferences = Record<string, boolean>;

/** A call of the Tracking API but for ids: https://segment.com/docs/connections/spec/common/ */
export interface Call {
  type: 'page' | 'track' | 'identify';
  userId?: string;
  [field: string]: unknown;
}

let required = false;
let optedOut = false;
let decision: Preferences = {};
let held: Call[] = [];

/** `consentFirst`: nothing is kept or sent before the person consents. Global Privacy Control asks for the same. */
export function openVisitor(consentFirst: boolean): void {
  optedOut = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
  required = consentFirst || optedOut;
  decision = JSON.parse(read(CONSENT) ?? '{}');
}

/** Another tab decided; an entry that is gone was withdrawn. */
export function decidedElsewhere({ key, newValue }: StorageEvent): void {
  if (key === `tideway_${CONSENT}`) decision = newValue ? JSON.parse(newValue) : { analytics: false };
}

/** Queues a call; before a decision that is required, it waits in memory; after a refusal, it is dropped. */
export function send(call: Call): void {
  const timed = { timestamp: new Date(), ...call };
  if (allowed()) admit(timed);
  else if (decision['analytics'] === undefined && held.length < MAX_HELD) held.push(timed);
}

/**
 * Records a person's decisions. Consent releases what waits. A refusal of analytics drops what was not sent and clears
 * the ids, after one last event that tells the service, if it knows the person at all.
 */
export function consent(preferences: Preferences): void {
  decision = { ...(optedOut && { advertising: false }), ...decision, ...preferences };
  const text = JSON.stringify(decision);
  // Consent managers say it again on every page.
  if (text === read(CONSENT)) return;
  const update: Call = {
    type: 'track', event: 'Segment Consent Preference Updated', timestamp: new Date(), context: { consent: { categoryPreferences: decision } },
  };
  const waiting = held;
  const known = read(ANONYMOUS_ID);
  if (allowed()) {
    held = [];
    write(CONSENT, text, true);
    [update, ...waiting].forEach(admit);
  } else if (decision['analytics'] === false) {
    held = [];
    discard();
    // Where consent must be asked for, to know nothing means the same.
    if (required) remove(CONSENT);
    else write(CONSENT, text, true);
    if (known) admit(update);
    forget();
    flush();
  }
}

/** The person is gone, e.g. has logged out: the next event is of somebody new. */
export function reset(): void {
  held = [];
  forget();
}

function allowed(): boolean {
  return decision['analytics'] ?? !required;
}

function forget(): void {
  remove(USER_ID);
  remove(ANONYMOUS_ID);
}

function admit(call: Call): void {
  const former = read(USER_ID);
  if (call.userId && call.userId !== former) {
    // Another person at the same browser is not the one before.
    if (former) forget();
    write(USER_ID, call.userId, true);
  }
  let anonymousId = read(ANONYMOUS_ID);
  if (!anonymousId) write(ANONYMOUS_ID, (anonymousId = randomId()), true);
  enqueue({ userId: call.userId ?? former, anonymousId, ...call });
}
