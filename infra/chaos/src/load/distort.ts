// What senders do to times: clocks that are an hour off, and events that come a day late. Pure.
import type { NativeRequest } from '@tideway/simulator';
import type { Random } from '../random.js';

const HOUR_MS = 3_600_000;
/** Shares of the web batches that are distorted. */
const SKEWED = 0.1;
const LATE = 0.1;
/** Late by so much at most: within the days for which resends are recognised. */
const LATEST_HOURS = 40;

interface WebBody {
  batch: { timestamp?: string; originalTimestamp?: string }[];
  sentAt: string;
}

/**
 * A tenth of the web batches is sent by a clock that is an hour fast or slow, which `sentAt` tells, and a tenth is about
 * what happened up to 40 hours ago. The events stay the same ones, and what a correct service answers does not change.
 */
export function distort(request: NativeRequest, random: Random): NativeRequest {
  const roll = random.fraction();
  if (request.domain !== 'web' || roll >= SKEWED + LATE) return request;
  const body = JSON.parse(String(request.body)) as WebBody;
  if (roll < SKEWED) {
    const error = random.pick([-HOUR_MS, HOUR_MS]);
    return withBody(request, { ...body, batch: body.batch.map((call) => moved(call, error)), sentAt: shifted(body.sentAt, error) });
  }
  const late = -random.int(1, LATEST_HOURS) * HOUR_MS;
  return withBody(request, { ...body, batch: body.batch.map((call) => moved(call, late)) });
}

function moved<T extends WebBody['batch'][number]>(call: T, ms: number): T {
  const times = (['timestamp', 'originalTimestamp'] as const).flatMap((name) => (call[name] === undefined ? [] : [[name, shifted(call[name], ms)]]));
  return { ...call, ...(Object.fromEntries(times) as object) };
}

function shifted(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

function withBody(request: NativeRequest, body: WebBody): NativeRequest {
  return { ...request, body: Buffer.from(JSON.stringify(body)) };
}
