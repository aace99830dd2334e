// A token bucket per key, so that one sender cannot take what all have.

export interface RateLimits {
  /** Events a second that a key may send in the long run. */
  perSecond: number;
  /** Events that a key may send at once after a pause. */
  burst: number;
}

export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly limits: RateLimits) {}

  /**
   * Takes `cost` events from the bucket of `key` at `now` (ms) and returns 0; or, where it is empty, takes nothing and
   * returns the whole seconds until it is not. A cost above what is left is lent, so that no batch is too large for ever.
   */
  take(key: string, cost: number, now: number = performance.now()): number {
    const { perSecond, burst } = this.limits;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    const free = tokens > 0;
    this.#buckets.set(key, { tokens: free ? tokens - cost : tokens, at: now });
    return free ? 0 : Math.max(1, Math.ceil(-tokens / perSecond));
  }
}
