// Errors by what can be done about them: every I/O error says whether it can be retried.

/** An outage: the same call may succeed later. Nothing is dropped or quarantined because of it. */
export class RetryableError extends Error {
  readonly retryable = true;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RetryableError';
  }
}

/** It will fail again however often it is tried: configuration, permission, or a position that is gone. */
export class PermanentError extends Error {
  readonly retryable = false;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
  }
}

/** The text of any thrown value, with its cause. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || (error as { code?: string }).code || error.name;
  return error.cause ? `${text} (${errorText(error.cause)})` : text;
}
