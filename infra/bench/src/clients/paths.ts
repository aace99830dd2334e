// What a client is asked to do, in a process of its own, and what it answers: the terms between the benchmark and the
// programs that it starts.

/** The ways through Kafka that are measured. */
export type Path = 'produce' | 'consume' | 'transact' | 'latency';

export const PATHS: readonly Path[] = ['produce', 'consume', 'transact', 'latency'];

export interface Order {
  path: Path;
  /** host:port */
  broker: string;
  /** Where records come from; for `produce` and `latency` where they go to. */
  topic: string;
  /** How many. */
  records: number;
  /** Where a transaction writes to. */
  output: string;
  /** Consumer group, new in every round. */
  group: string;
  /** Of makeRecords, as writeRecords has written them. */
  file: string;
}

export interface Latency {
  /** Milliseconds. */
  p50: number;
  p99: number;
}

export interface Answer {
  /** From before the first connection to the last acknowledgement, record or commit, by the client's own clock. */
  seconds: number;
  records: number;
  /** Of keys and values that were read. */
  bytes?: number;
  transactions?: number;
  /** From the call to the acknowledgement of one record. */
  acknowledged?: Latency;
  /** From the call to the arrival of the same record at a consumer. */
  arrived?: Latency;
}

/** A request of our publisher has at most so many bytes, and one is under way at a time (libs/kafka, publisher.ts). */
export const REQUEST_BYTES = 900_000;
/** Records that one transaction takes at most. */
export const TRANSACTION_RECORDS = 1_000;
/** A position is committed after so many records: as many as a block of the warehouse has at most. */
export const COMMIT_RECORDS = 50_000;
/** What our loops ask of a fetch (libs/kafka, consume-blocks.ts). */
export const FETCH = { minBytes: 1, maxWaitMs: 100, maxBytes: 32 * 1024 * 1024, maxBytesPerPartition: 4 * 1024 * 1024 };
