// Tokens of webhooks that were taken, so that the same request is not taken twice.

/** Beyond so many, the oldest are forgotten: their events keep their ids, and count once for all that. */
const MAX_TOKENS = 200_000;

export class UsedTokens {
  /** When each may be forgotten, in milliseconds; in the order in which they came. */
  readonly #until = new Map<string, number>();

  constructor(private readonly windowMs: number, private readonly maxTokens = MAX_TOKENS) {}

  /** Takes a token; false where it is taken already. */
  take(token: string, now: number): boolean {
    for (const [old, until] of this.#until) {
      if (until > now && this.#until.size < this.maxTokens) break;
      this.#until.delete(old);
    }
    if (this.#until.has(token)) return false;
    this.#until.set(token, now + this.windowMs);
    return true;
  }

  /** Gives a token back: what came with it was not stored, and may come again. */
  giveBack(token: string): void {
    this.#until.delete(token);
  }
}
