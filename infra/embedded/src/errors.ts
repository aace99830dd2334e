// The one error a person who starts the platform sees.

/** Why the platform cannot start or go on: what was wrong, where, and what to do, without a stack to read. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
}
