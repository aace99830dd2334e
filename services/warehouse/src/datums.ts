// What blocks hold, by writer schema: undecoded datums, each walked to its last byte, and what cannot be read at all.
import avsc from 'avsc';
import type { Type } from 'avsc';
import type { Datum } from '@tideway/clickhouse';
import { readWire, type Block, type KafkaMessage, type WriterSchema } from '@tideway/kafka';
import { errorText } from '@tideway/service';

/** A record that cannot become a row, and why. */
export interface Poison {
  partition: number;
  offset: number;
  original: Buffer;
  code: string;
  message: string;
}

/** A deletion: the key's fields, joined with `|`. */
export interface Tombstone {
  partition: number;
  offset: number;
  key: string;
}

export interface BlockContent {
  bySchema: Map<number, Datum[]>;
  tombstones: Tombstone[];
  poison: Poison[];
}

/** Splits blocks by the schema ids in their frames. */
export function splitBlocks(blocks: Block[]): BlockContent {
  const content: BlockContent = { bySchema: new Map(), tombstones: [], poison: [] };
  for (const { partition, messages } of blocks) for (const message of messages) split(content, partition, message);
  return content;
}

function split({ bySchema, tombstones, poison }: BlockContent, partition: number, { offset: text, key, value }: KafkaMessage): void {
  const offset = Number(text);
  const wire = readWire(value);
  if (value === null) {
    tombstones.push({ partition, offset, key: String(key) });
  } else if (!wire) {
    poison.push({ partition, offset, original: value, code: 'not_framed', message: 'the value is not framed as Confluent Avro (a zero byte and a schema id)' });
  } else {
    const list = bySchema.get(wire.schemaId);
    const datum = { partition, offset, datum: wire.datum };
    if (list) list.push(datum);
    else bySchema.set(wire.schemaId, [datum]);
  }
}

const walkers = new WeakMap<WriterSchema, (datum: Buffer) => void>();

/** A function that reads a datum to its end without building anything, and throws where it is cut or has bytes left. */
function walkerOf(writer: WriterSchema): (datum: Buffer) => void {
  const known = walkers.get(writer);
  if (known) return known;
  const { name, namespace } = writer.schema;
  const empty = avsc.Type.forSchema({ type: 'record', name, ...(namespace ? { namespace } : {}), fields: [] });
  const resolver = empty.createResolver(writer.type) as unknown as Type;
  const walk = (datum: Buffer) => void empty.fromBuffer(datum, resolver, false);
  walkers.set(writer, walk);
  return walk;
}

/** Keeps the datums that are whole: one with bytes left over would forge rows in a file of several. */
export function wholeDatums(writer: WriterSchema, datums: Datum[], poison: Poison[]): Datum[] {
  const walk = walkerOf(writer);
  return datums.filter(({ partition, offset, datum }) => {
    try {
      walk(datum);
      return true;
    } catch (error) {
      poison.push({ partition, offset, original: datum, code: 'malformed_datum', message: `the datum does not fit schema ${writer.id}: ${errorText(error)}` });
      return false;
    }
  });
}
