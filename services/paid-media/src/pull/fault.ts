// Why a platform did not answer with a report, and what is to be done about it.
import { PermanentError, RetryableError } from '@tideway/service';

/** What a platform's refusal comes to. */
export interface Fault {
  kind: 'busy' | 'token' | 'query';
  /** What the platform said. */
  message: string;
  /** Least time to wait, where it is busy and says so. */
  afterMs?: number | undefined;
}

/** An HTTP answer that is not a success, or one whose body tells a fault. */
export interface Refused {
  status: number;
  headers: Headers;
  /** The body where it is JSON, undefined where it is not. */
  body: unknown;
}

/** The platform is busy, out of order or out of reach: the same request may succeed after `afterMs` at the earliest. */
export class PlatformBusyError extends RetryableError {
  constructor(message: string, readonly afterMs = 0, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PlatformBusyError';
  }
}

/** The platform refuses the token or the request: nothing changes until somebody sees to it. */
export class PlatformRefusalError extends PermanentError {
  constructor(message: string, readonly kind: 'token' | 'query') {
    super(message);
    this.name = 'PlatformRefusalError';
  }
}

/** The fault that an HTTP status tells by itself (https://www.rfc-editor.org/rfc/rfc9110#name-status-codes). */
export function faultOfStatus(status: number, message: string): Fault {
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { kind: 'busy', message };
  return { kind: status === 401 || status === 403 ? 'token' : 'query', message };
}

/** The value at `path` of parsed JSON; undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((part, name) => (typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : undefined), value);
}

export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
