// Which brokers coordinate a producer's transactions and the offsets that these commit, for as long as nothing fails.

/** As kafkajs asks. */
export interface CoordinatorQuery {
  /** The group, or the transactional id. */
  groupId: string;
  coordinatorType: number;
}

/** https://kafka.apache.org/protocol#The_Messages_FindCoordinator: key types */
const OF_TRANSACTIONS = 1;

/** By client, of which each producer, consumer and admin has one. Consumers and admins ask each time, as their own failures are not heard of. */
export class KnownCoordinators<Client extends object, Answer> {
  readonly #answers = new WeakMap<Client, Map<string, Answer>>();

  /** What is known, else what `ask` gives; rejects as it does. */
  async of(client: Client, { groupId, coordinatorType }: CoordinatorQuery, ask: () => Promise<Answer>): Promise<Answer> {
    const answers = this.#answers.get(client) ?? new Map<string, Answer>();
    const key = `${coordinatorType}/${groupId}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    // Before there is an answer: one that is forgotten meanwhile is not to come back.
    if (coordinatorType === OF_TRANSACTIONS) this.#answers.set(client, answers);
    const answer = await ask();
    answers.set(key, answer);
    return answer;
  }

  /** The next questions of this client are asked again. */
  forget(client: Client): void {
    this.#answers.delete(client);
  }
}
