// Which batches of a fetch a reader of committed records leaves out. kafkajs takes the aborted transactions of an answer to be in the order in
// which they began, which brokers do not promise (they note them as they end), and begins one at each record at most: where several
// producers abort on a partition at a time, it hands over records that were never committed.

/** Of an answer to a fetch (https://kafka.apache.org/protocol#The_Messages_Fetch). */
export interface AbortedTransaction {
  producerId: string;
  firstOffset: number;
}

/** What is told of a batch (https://kafka.apache.org/documentation/#recordbatch). */
export interface BatchOfTransaction {
  producerId: string;
  lastOffset: number;
  inTransaction: boolean;
  /** It holds the marker of an abort, and nothing else. */
  isAbortMarker: boolean;
}

/** As Kafka's own consumer has it (CompletedFetch): asked of each batch of a partition, in their order. */
export class AbortedTransactions {
  /** The last that begins comes first. */
  readonly #coming: AbortedTransaction[];
  /** Producers whose transaction is one that ends with an abort. */
  readonly #open = new Set<string>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#coming = transactions.toSorted((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Whether the records of the batch were never committed. */
  has({ producerId, lastOffset, inTransaction, isAbortMarker }: BatchOfTransaction): boolean {
    for (let next = this.#coming.at(-1); next && next.firstOffset <= lastOffset; next = this.#coming.at(-1)) {
      this.#open.add(next.producerId);
      this.#coming.pop();
    }
    if (isAbortMarker) this.#open.delete(producerId);
    return inTransaction && !isAbortMarker && this.#open.has(producerId);
  }
}
