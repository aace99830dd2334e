// What a request is refused with: a status, a stable code, the place, and whether and when to send it again.
import type { Rejection } from '@tideway/contracts';

/**
 * Refuses a whole request. `rejection.message` is for the sender: what was wrong, where, what to do. Statuses 429 and
 * 503 mean that the same request may be sent again, after `retryAfterSeconds`; others that it must change first.
 */
export class IntakeError extends Error {
  constructor(
    readonly status: number,
    readonly rejection: Rejection,
    readonly headers: Record<string, string> = {},
  ) {
    super(rejection.message);
    this.name = 'IntakeError';
  }
}

const AGAIN_SECONDS = 1;

export function badRequest(code: string, field: string, message: string): IntakeError {
  return new IntakeError(400, { code, field, message });
}

/** 401; `scheme` is what WWW-Authenticate says, e.g. `Basic realm="write key"`. */
export function unauthorised(scheme: string, message: string): IntakeError {
  return new IntakeError(401, { code: 'unauthorised', field: 'authorization', message }, { 'www-authenticate': scheme });
}

export function bodyTooLarge(limitBytes: number, what = 'the body'): IntakeError {
  return new IntakeError(413, { code: 'too_large', field: '', message: `${what} is larger than ${limitBytes} bytes: send less at once` });
}

export function unsupported(header: string, message: string): IntakeError {
  return new IntakeError(415, { code: 'unsupported_media_type', field: header, message });
}

export function rateLimited(seconds: number): IntakeError {
  return new IntakeError(429, { code: 'rate_limited', field: '', message: `too many events for this key: send again in ${seconds} s` }, { 'retry-after': String(seconds) });
}

/** 503: nothing of the request counts as taken. */
export function unavailable(code: 'outage' | 'overloaded', message: string): IntakeError {
  return new IntakeError(503, { code, field: '', message }, { 'retry-after': String(AGAIN_SECONDS) });
}
