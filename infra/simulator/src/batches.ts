// Bodies of the platforms' requests: Segment's batches and HubSpot's deliveries, stamped with the time of sending.
import type { HubSpotEvent } from './hubspot-events.js';
import { expectation, type NativeRequest, type Outcome } from './request.js';
import type { WebEvent } from './visit.js';

/** Segment's limit on a batch is 500 KB: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */
export const LARGEST_WEB_BATCH = 100;
/** HubSpot puts up to 100 events into a request. */
export const LARGEST_CRM_BATCH = 100;

/** A call as it was sent; `repeated` if an earlier request carried it already. */
export interface SentCall {
  json: string;
  outcome: Outcome;
  repeated: boolean;
}

/**
 * Stamps calls, in order, with the times at which they were made: the last one at `until`, the others up to a millisecond
 * apart before it and none before `since`, where the last stamped batch of these people ended. Milliseconds since the epoch.
 */
export function stampCalls(events: readonly WebEvent[], since: number, until: number): SentCall[] {
  const step = Math.min(1, Math.max(0, until - since) / events.length);
  return events.map(({ call, occurredAt, outcome }, index) => {
    const timestamp = occurredAt ?? new Date(until - Math.floor((events.length - 1 - index) * step)).toISOString();
    // Mobile libraries write both; browsers write `timestamp` alone: https://segment.com/docs/connections/spec/common/#timestamps
    const times = call.type === 'screen' ? { originalTimestamp: timestamp, timestamp } : { timestamp };
    return { json: JSON.stringify({ ...call, ...times }), outcome, repeated: false };
  });
}

/** A batch as Segment's libraries post it. `sentAt` is the time of this attempt, so a clock's error shows also in a resend. */
export function webRequest(calls: readonly SentCall[], lane: number, now: number): NativeRequest {
  return {
    domain: 'web',
    method: 'POST',
    path: '/v1/batch',
    body: Buffer.from(`{"batch":[${calls.map(({ json }) => json).join(',')}],"sentAt":"${new Date(now).toISOString()}"}`),
    contentType: 'application/json',
    events: calls.length,
    expected: expectation(calls),
    lane,
  };
}

/** An event of HubSpot's with its time, milliseconds since the epoch. */
export interface SentHubSpotEvent extends HubSpotEvent {
  occurredAt: number;
}

/** A delivery of HubSpot's webhooks; every event is an attempt of the same number. */
export function webhookRequest(events: readonly SentHubSpotEvent[], lane: number): NativeRequest {
  return {
    domain: 'crm',
    method: 'POST',
    path: '/webhooks/hubspot',
    body: Buffer.from(JSON.stringify(events)),
    contentType: 'application/json',
    events: events.length,
    expected: expectation(events.map(({ attemptNumber }) => ({ outcome: 'accepted' as const, repeated: attemptNumber > 0 }))),
    lane,
  };
}
