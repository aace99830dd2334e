// The schema registry: registration of products with their compatibility, and writer schemas by id, cached.
import { COMPATIBILITY, SchemaRegistry as ConfluentRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';
import type { Type } from 'avsc';
import { avroType, type AvroRecordSchema, type Product } from '@tideway/contracts';
import { PermanentError, RetryableError, errorText, type RegistryConfig } from '@tideway/service';
import { readWire } from './wire.js';

const TIMEOUT_MS = 5_000;

/** A writer schema as the registry holds it. */
export interface WriterSchema {
  id: number;
  schema: AvroRecordSchema;
  type: Type;
}

export class SchemaRegistry {
  readonly #client: ConfluentRegistry;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #ids = new Map<string, Promise<number>>();
  readonly #writers = new Map<number, Promise<WriterSchema>>();

  constructor(config: RegistryConfig) {
    this.#url = config.SCHEMA_REGISTRY_URL.replace(/\/$/, '');
    const auth = config.SCHEMA_REGISTRY_USERNAME
      ? { username: config.SCHEMA_REGISTRY_USERNAME, password: config.SCHEMA_REGISTRY_PASSWORD ?? '' }
      : undefined;
    this.#headers = auth ? { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` } : {};
    this.#client = new ConfluentRegistry({ host: this.#url, ...(auth ? { auth } : {}), retry: { retries: 0 } });
  }

  /**
   * Registers the product's schema and returns its id. FULL_TRANSITIVE is set before the first version, so that no
   * version ever escapes it. Rejects with PermanentError for an incompatible or invalid schema, RetryableError else.
   */
  register(product: Product): Promise<number> {
    const schema = JSON.stringify(product.schema);
    return cached(this.#ids, `${product.subject} ${schema}`, async () => {
      await this.#request('PUT', `/config/${encodeURIComponent(product.subject)}`, { compatibility: 'FULL_TRANSITIVE' });
      try {
        const { id } = await this.#client.register({ type: SchemaType.AVRO, schema }, { subject: product.subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE });
        return id;
      } catch (error) {
        const { status, name } = error as { status?: number; name?: string };
        if (status === 409 || status === 422 || name === 'ConfluentSchemaRegistryCompatibilityError') {
          throw new PermanentError(`the registry refuses the schema of ${product.subject}: ${errorText(error)}`, { cause: error });
        }
        throw new RetryableError(`the schema registry at ${this.#url} is away`, { cause: error });
      }
    });
  }

  /** The writer schema of an id. Rejects with PermanentError for an unknown id, RetryableError while the registry is away. */
  writer(id: number): Promise<WriterSchema> {
    return cached(this.#writers, id, async () => {
      const { schema: text } = (await this.#request('GET', `/schemas/ids/${id}`)) as { schema: string };
      const schema = JSON.parse(text) as AvroRecordSchema;
      return { id, schema, type: avroType(schema) };
    });
  }

  /** Rejects with RetryableError while the registry does not answer. */
  async check(): Promise<void> {
    await this.#request('GET', '/subjects?subjectPrefix=none');
  }

  async #request(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(this.#url + path, {
        method,
        headers: { ...this.#headers, 'content-type': 'application/vnd.schemaregistry.v1+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = await response.json();
    } catch (error) {
      throw new RetryableError(`the schema registry at ${this.#url} is away`, { cause: error });
    }
    if (response.ok) return answer;
    const text = `the schema registry answers ${response.status} to ${method} ${path}: ${JSON.stringify(answer)}`;
    throw response.status === 404 || response.status === 422 ? new PermanentError(text) : new RetryableError(text);
  }
}

/** Only successes stay: a failure is asked for anew. */
function cached<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  made.catch(() => map.delete(key));
  return made;
}

/** Reads values of one product by whatever schema version they were written; resolvers are cached by schema id. */
export class Decoder<T> {
  readonly #reader: Type;
  /** Where only some fields are wanted: these. */
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #resolvers = new Map<number, unknown>();

  /** @param fields of these alone values are made: the others are passed over, and what stands behind the last of these is not looked at */
  constructor(private readonly registry: Pick<SchemaRegistry, 'writer'>, { schema }: Product, fields?: readonly string[]) {
    this.#wanted = fields && new Set(fields);
    this.#reader = avroType(fields ? { ...schema, fields: schema.fields.filter(({ name }) => fields.includes(name)) } : schema);
  }

  /** Decodes a framed value. Rejects with PermanentError for a value that is not Avro of a compatible schema. */
  async decode(value: Buffer | null): Promise<T> {
    const wire = readWire(value);
    if (!wire) throw new PermanentError('the value is not framed as Confluent Avro');
    const resolver = this.#resolvers.get(wire.schemaId) ?? (await this.#resolver(wire.schemaId));
    try {
      return this.#reader.fromBuffer(wire.datum, resolver as avsc.Type, this.#wanted !== undefined) as T;
    } catch (error) {
      throw new PermanentError(`the value does not decode by schema ${wire.schemaId}: ${errorText(error)}`, { cause: error });
    }
  }

  async #resolver(id: number) {
    const { type, schema } = await this.registry.writer(id);
    let resolver: unknown;
    try {
      resolver = this.#reader.createResolver(this.#wanted ? avroType(upTo(schema, this.#wanted)) : type);
    } catch (error) {
      throw new PermanentError(`schema ${id} cannot be read as ${this.#reader.name}: ${errorText(error)}`, { cause: error });
    }
    this.#resolvers.set(id, resolver);
    return resolver;
  }
}

/** The begin of a record, with all that is wanted of it: Avro writes fields one behind the other. */
function upTo(schema: AvroRecordSchema, wanted: ReadonlySet<string>): AvroRecordSchema {
  return { ...schema, fields: schema.fields.slice(0, schema.fields.findLastIndex(({ name }) => wanted.has(name)) + 1) };
}
