// Requests that go together: while some are under way, those that come wait for each other, and are asked as one.

interface Waiting<Q, A> {
  request: Q;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

export class Gathered<Q, A> {
  readonly #waiting: Waiting<Q, A>[] = [];
  #underWay = 0;

  /**
   * @param ask gives an answer for each of the requests, in their order; where it rejects, all of them do
   * @param limit of calls of `ask` at a time
   */
  constructor(private readonly ask: (requests: readonly Q[]) => Promise<readonly A[]>, private readonly limit: number) {}

  add(request: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#underWay >= this.limit || this.#waiting.length === 0) return;
    this.#underWay += 1;
    const together = this.#waiting.splice(0);
    try {
      const answers = await this.ask(together.map(({ request }) => request));
      for (const [i, { resolve }] of together.entries()) resolve(answers[i]!);
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
    this.#underWay -= 1;
    void this.#next();
  }
}
