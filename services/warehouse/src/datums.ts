// What blocks hold, by writer schema: undecoded datums, each walked to its last byte, and what cannot be read at all.
import avsc from 'avsc';
import type { Datum } from '@tideway/clickhouse';
import { locateWire, offsetOf, type Block, type KafkaMessage, type WriterSchema } from '@tideway/kafka';
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
  /** Milliseconds, of the message. */
  timestamp: number;
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

function split({ bySchema, tombstones, poison }: BlockContent, partition: number, message: KafkaMessage): void {
  const offset = offsetOf(message);
  const wire = locateWire(message);
  if (wire) {
    const list = bySchema.get(wire.schemaId);
    const datum = { partition, offset, bytes: wire.bytes, start: wire.start, end: wire.end };
    if (list) list.push(datum);
    else bySchema.set(wire.schemaId, [datum]);
  } else if (message.value === null) {
    tombstones.push({ partition, offset, key: String(message.key), timestamp: Number(message.timestamp) });
  } else {
    poison.push({ partition, offset, original: message.value, code: 'not_framed', message: 'the value is not framed as Confluent Avro (a zero byte and a schema id)' });
  }
}

/** The bytes of a datum alone. */
export function bytesOf({ bytes, start, end }: Datum): Buffer {
  return bytes.subarray(start, end);
}

const walkers = new WeakMap<WriterSchema, (datum: Datum) => void>();

/** A function that reads a datum to its end without building anything, and throws where it is cut or has bytes left. */
function walkerOf(writer: WriterSchema): (datum: Datum) => void {
  const known = walkers.get(writer);
  if (known) return known;
  const { name, namespace } = writer.schema;
  const empty = avsc.Type.forSchema({ type: 'record', name, ...(namespace ? { namespace } : {}), fields: [] });
  const resolver = empty.createResolver(writer.type);
  const walk = ({ bytes, start, end }: Datum) => {
    // -1 where it goes on beyond all bytes; beyond its own are those of other records.
    const { offset } = empty.decode(bytes, start, resolver);
    if (offset !== end) throw new Error(offset === -1 || offset > end ? 'truncated buffer' : 'trailing data');
  };
  walkers.set(writer, walk);
  return walk;
}

/** Keeps the datums that are whole: one with bytes left over would forge rows in a file of several. */
export function wholeDatums(writer: WriterSchema, datums: Datum[], poison: Poison[]): Datum[] {
  const walk = walkerOf(writer);
  return datums.filter((datum) => {
    try {
      walk(datum);
      return true;
    } catch (error) {
      poison.push({ partition: datum.partition, offset: datum.offset, original: bytesOf(datum), code: 'malformed_datum', message: `the datum does not fit schema ${writer.id}: ${errorText(error)}` });
      return false;
    }
  });
}
