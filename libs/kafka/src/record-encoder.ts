// Turns records of one product into Kafka messages: key and framed Avro value.
import type { Message } from 'kafkajs';
import type { Type } from 'avsc';
import { avroType, compileKey, compileValidator, type Product, type Violation } from '@tideway/contracts';
import type { SchemaRegistry } from './registry.js';
import { encodeWire } from './wire.js';

export class RecordEncoder {
  /** The first violation of the contract by a record, or undefined. */
  readonly validate: (record: unknown) => Violation | undefined;
  readonly #type: Type;
  readonly #key: (record: Record<string, unknown>) => string | null;
  #schemaId: number | undefined;

  constructor(readonly product: Product) {
    this.validate = compileValidator(product.schema);
    this.#type = avroType(product.schema);
    this.#key = compileKey(product);
  }

  /** Registers the product's schema; needed once before the first message. */
  async register(registry: SchemaRegistry): Promise<this> {
    this.#schemaId = await registry.register(this.product);
    return this;
  }

  /** The message of a record that fits its contract; avsc throws for one that does not. */
  message(record: unknown): Message {
    if (this.#schemaId === undefined) throw new Error(`${this.product.id} is not registered yet`);
    return { key: this.#key(record as Record<string, unknown>), value: encodeWire(this.#schemaId, this.#type, record) };
  }
}
