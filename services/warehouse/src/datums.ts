// What a block holds, by writer schema: undecoded datums, each walked to its last byte, and what cannot be read at all.
import avsc from 'avsc';
import type { Type } from 'avsc';
import type { Datum } from '@tideway/clickhouse';
import { readWire, type Block, type KafkaMessage, type WriterSchema } from '@tideway/kafka';
import { errorText } from '@tideway/service';

/** A record that cannot become a row, and why. */
export interface Poison {
  offset: number;
  original: Buffer;
  code: string;
  message: string;
}

export interface BlockContent {
  bySchema: Map<number, Datum[]>;
  tombstones: KafkaMessage[];
  poison: Poison[];
}

/** Splits a block by the schema ids in its frames. */
export function splitBlock(block: Block): BlockContent {
  const content: BlockContent = { bySchema: new Map(), tombstones: [], poison: [] };
  for (const message of block.messages) {
    const offset = Number(message.offset);
    const wire = readWire(message.value);
    if (message.value === null) {
      content.tombstones.push(message);
    } else if (!wire) {
      content.poison.push({ offset, original: message.value, code: 'not_framed', message: 'the value is not framed as Confluent Avro (a zero byte and a schema id)' });
    } else {
      const list = content.bySchema.get(wire.schemaId);
      const datum = { offset, datum: wire.datum };
      if (list) list.push(datum);
      else content.bySchema.set(wire.schemaId, [datum]);
    }
  }
  return content;
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
  return datums.filter(({ offset, datum }) => {
    try {
      walk(datum);
      return true;
    } catch (error) {
      poison.push({ offset, original: datum, code: 'malformed_datum', message: `the datum does not fit schema ${writer.id}: ${errorText(error)}` });
      return false;
    }
  });
}
