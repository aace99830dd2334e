// Records of products, and outcomes of sources, to Kafka messages: held to the contract, encoded, keyed, and of a size
// that Kafka takes. What is too large is known here, before anything is sent.
import { productOf, type OperationsQuarantine, type Outcome, type Product, type ProductRecord, type Rejection, type Violation } from '@tideway/contracts';
import { PermanentError } from '@tideway/service';
import { batchBytes, type TopicMessage } from './message-size.js';
import { quarantineRecord, type QuarantineContext } from './quarantine.js';
import { QuarantineBound } from './quarantine-bound.js';
import { RecordEncoder } from './record-encoder.js';
import type { SchemaRegistry } from './registry.js';
import { QUARANTINE_MAX_BYTES } from './topics.js';

/** A record breaks its product's contract: `violations` tells the index of each such record and what is wrong. */
export class ContractError extends PermanentError {
  constructor(product: string, readonly violations: { index: number; violation: Violation }[]) {
    const first = violations[0]!;
    super(`record ${first.index} breaks the contract of ${product}: ${first.violation.message}`);
    this.name = 'ContractError';
  }
}

/** A record is larger than Kafka takes: nothing was sent, and trying again is of no use. */
export class RecordTooLargeError extends PermanentError {
  constructor(readonly index: number, message: string) {
    super(`record ${index}: ${message}`);
    this.name = 'RecordTooLargeError';
  }
}

/** One native event's outcome with the bytes it came from. */
export interface OutcomeItem {
  outcome: Exclude<Outcome, { status: 'rejected' }>;
  original: Buffer;
  source: string;
  /** What a replay from quarantine needs beside the bytes. */
  context?: QuarantineContext;
  /** The event's place among others of the same bytes, where it makes them different events. */
  place?: number;
}

/** What became of native events. `rejected` are those, by their place, that are too large for quarantine too. */
export interface Published {
  accepted: number;
  quarantined: number;
  rejected: (Rejection & { index: number })[];
}

export class ProductMessages {
  readonly #encoders = new Map<string, RecordEncoder>();

  /** `service` is what quarantine names; `maxBytes` the largest batch that topics take. */
  constructor(private readonly products: Product[], private readonly service: string, private readonly maxBytes: number, private readonly bound = new QuarantineBound()) {}

  async register(registry: SchemaRegistry): Promise<void> {
    await Promise.all(this.products.map((product) => this.#encoder(product.id).register(registry)));
  }

  /** Throws ContractError where one of the records breaks the contract. */
  check(product: string, records: unknown[]): void {
    const encoder = this.#encoder(product);
    const violations = records.flatMap((record, index) => {
      const violation = encoder.validate(record);
      return violation ? [{ index, violation }] : [];
    });
    if (violations.length > 0) throw new ContractError(product, violations);
  }

  /** The messages of records that keep their contract; throws RecordTooLargeError. */
  ofRecords(product: string, records: unknown[]): TopicMessage[] {
    return records.map((record, index) => {
      const encoded = this.#encode(product, product === 'operations.quarantine' ? this.bound.fit(record as OperationsQuarantine) : record);
      if ('code' in encoded) throw new RecordTooLargeError(index, encoded.message);
      return encoded;
    });
  }

  /** The messages of outcomes, to their topics or to quarantine, and what becomes of each once they are acknowledged. */
  ofOutcomes(items: OutcomeItem[]): { messages: TopicMessage[]; published: Published } {
    const published: Published = { accepted: 0, quarantined: 0, rejected: [] };
    const messages = items.flatMap((item, index) => {
      const encoded = this.#encodeOutcome(item.outcome);
      if ('messages' in encoded) {
        published.accepted += 1;
        return encoded.messages;
      }
      const kept = this.#quarantine(item, encoded);
      if ('code' in kept) {
        published.rejected.push({ index, ...kept });
        return [];
      }
      published.quarantined += 1;
      return [kept];
    });
    return { messages, published };
  }

  /** Why an outcome's records cannot be published; undefined where they can. */
  refusalOf(outcome: OutcomeItem['outcome']): { product: string; rejection: Rejection } | undefined {
    const encoded = this.#encodeOutcome(outcome);
    return 'messages' in encoded ? undefined : encoded;
  }

  #encodeOutcome(outcome: OutcomeItem['outcome']): { messages: TopicMessage[] } | { product: string; rejection: Rejection } {
    if (outcome.status === 'quarantined') return { product: outcome.product, rejection: outcome.rejection };
    const messages: TopicMessage[] = [];
    for (const { product, record } of outcome.records as ProductRecord[]) {
      const encoded = this.#encoder(product).validate(record) ?? this.#encode(product, record);
      if ('code' in encoded) return { product, rejection: encoded };
      messages.push(encoded);
    }
    return { messages };
  }

  #quarantine({ original, source, outcome, context, place }: OutcomeItem, refused: { product: string; rejection: Rejection }): TopicMessage | Rejection {
    const stage = outcome.status === 'quarantined' ? 'intake' as const : 'contract' as const;
    const record = quarantineRecord({ service: this.service, stage, original, source, ...refused, ...(context ? { context } : {}), ...(place === undefined ? {} : { place }) });
    if (this.bound.refuses(record)) {
      return { code: 'quarantine_full', field: refused.rejection.field, message: `${refused.rejection.message}; and so much of ${source} was refused in this hour that no more of it is kept: mend it` };
    }
    const kept = this.#encode('operations.quarantine', this.bound.fit(record));
    if (!('code' in kept)) return kept;
    return { ...kept, message: `${refused.rejection.message}; and with ${original.length} bytes the event is too large for quarantine: mend it, or make it smaller` };
  }

  /** The message of a record, or `too_large`. */
  #encode(id: string, record: unknown): TopicMessage | Rejection {
    const encoder = this.#encoder(id);
    const message = encoder.message(record);
    const bytes = batchBytes(message);
    const limit = id === 'operations.quarantine' ? QUARANTINE_MAX_BYTES : this.maxBytes;
    if (bytes <= limit) return { topic: encoder.product.topic, message };
    return { code: 'too_large', field: '', message: `a record of ${id} has ${bytes} bytes, and Kafka takes ${limit} at most: make it smaller, or raise the topic's max.message.bytes and KAFKA_MAX_MESSAGE_BYTES` };
  }

  #encoder(id: string): RecordEncoder {
    const known = this.#encoders.get(id);
    if (known) return known;
    const encoder = new RecordEncoder(productOf(this.products, id));
    this.#encoders.set(id, encoder);
    return encoder;
  }
}
