// What each client gives of what this project needs, from its documentation and, where that says nothing, its source.

export interface Guarantee {
  what: string;
  kafkajs: string;
  platformatic: string;
  java: string;
  /** Whether @platformatic/kafka has it as libs/kafka needs it. */
  equal: boolean;
}

/**
 * Of kafkajs 2.2.4, @platformatic/kafka 2.12.1 and Java's client 4.3.1. Sources: https://kafka.js.org/docs/producing,
 * /docs/consuming, /docs/transactions, /docs/custom-assignment-strategies; docs/producer.md, docs/consumer.md and
 * docs/transactions.md of https://github.com/platformatic/kafka; https://kafka.apache.org/documentation/.
 */
export const GUARANTEES: readonly Guarantee[] = [
  { what: 'idempotent produce, acks from all', kafkajs: 'yes, with one request in flight', platformatic: 'yes', java: 'yes, with up to five in flight', equal: true },
  { what: 'read_committed', kafkajs: 'yes', platformatic: 'in the documentation; see below for what a run shows', java: 'yes', equal: true },
  { what: 'commit by hand', kafkajs: 'yes', platformatic: 'yes', java: 'yes (its perf tool lets the client commit)', equal: true },
  { what: 'metadata with a committed offset', kafkajs: 'yes, written and read', platformatic: 'no: it sends null, and reads offsets only', java: 'yes', equal: false },
  { what: 'transactions', kafkajs: 'yes', platformatic: 'yes', java: 'yes', equal: true },
  {
    what: 'offsets in a transaction', kafkajs: 'any offset, with metadata; not bound to the group\'s generation',
    platformatic: 'that of a message plus one, a request for each partition, without metadata; bound to the generation', java: 'any offset, with metadata; bound to the generation', equal: false,
  },
  { what: 'assignment', kafkajs: 'eager', platformatic: 'eager, cooperative, by the broker (KIP-848)', java: 'eager, cooperative, by the broker (KIP-848)', equal: true },
  { what: 'assigners of one\'s own, with metadata', kafkajs: 'yes', platformatic: 'yes', java: 'yes', equal: true },
  { what: 'what a fetch brought, with its last offset, markers included', kafkajs: 'yes (eachBatch)', platformatic: 'no: a stream of single messages', java: 'the next position', equal: false },
  { what: 'seek and pause by partition', kafkajs: 'yes', platformatic: 'no: the stream as a whole', java: 'yes', equal: false },
];

/** What the page says of a client that is not measured. */
export const NOT_MEASURED = '@confluentinc/kafka-javascript (librdkafka) is not measured: its npm package holds no binary, but downloads one from GitHub or compiles it. By its MIGRATION.md (1.10.1) it takes no assigners of one\'s own and no metadata with a committed offset, so that it could not stand behind libs/kafka either.';
