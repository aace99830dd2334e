// What the simulator hands out: requests in the platforms' own formats, and what a correct service answers to them.

/** Counts of a request's native events by what a correct service does with them; the first three add up to all. */
export interface Expected {
  accepted: number;
  /** Understood but not usable: kept aside by the service with a reason. */
  quarantined: number;
  /** Refused in the answer. */
  rejected: number;
  /**
   * How many of the accepted ones repeat an event of an earlier request, and therefore its event_id: distinct events are
   * accepted - resends. Events that are not accepted have no event_id, and are not counted here when they are repeated.
   */
  resends: number;
}

/** One HTTP request to a domain service. Keys and signatures are added when it is sent. */
export interface NativeRequest {
  domain: 'web' | 'crm' | 'email' | 'paid-media';
  method: 'POST';
  /** Below the service's address, with the query. */
  path: string;
  body: Buffer;
  contentType: string;
  /** Native events in the body. */
  events: number;
  expected: Expected;
  /** All requests about a person have the same lane; requests of a lane must be sent one after another. */
  lane: number;
}

export type Outcome = 'accepted' | 'quarantined' | 'rejected';

/** Expectation of a request of `events` events that are all new and all accepted. */
export function allAccepted(events: number): Expected {
  return { accepted: events, quarantined: 0, rejected: 0, resends: 0 };
}

/** Expectation of a request from what becomes of each of its events, and whether it was sent before. */
export function expectation(events: Iterable<{ outcome: Outcome; repeated: boolean }>): Expected {
  const expected: Expected = { accepted: 0, quarantined: 0, rejected: 0, resends: 0 };
  for (const { outcome, repeated } of events) {
    expected[outcome]++;
    if (repeated && outcome === 'accepted') expected.resends++;
  }
  return expected;
}
