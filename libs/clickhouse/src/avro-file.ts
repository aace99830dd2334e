// Avro object container files from undecoded datums (https://avro.apache.org/docs/1.12.0/specification/#object-container-files).
import { createHash } from 'node:crypto';
import type { AvroRecordSchema } from '@tideway/contracts';

/** One record: where it came from, and its Avro encoding by the file's writer schema, from `start` to `end` of `bytes`. */
export interface Datum {
  partition: number;
  offset: number;
  bytes: Buffer;
  start: number;
  end: number;
}

/** A datum that has its bytes for itself. */
export function wholeBuffer(partition: number, offset: number, bytes: Buffer): Datum {
  return { partition, offset, bytes, start: 0, end: bytes.length };
}

const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 0x01]);

/**
 * A container file of `datums`, each with `_partition` and `_offset` encoded in front: a record's encoding is its
 * fields' encodings one after another, so the result is a valid datum of the schema that has these two fields first.
 */
export function avroFile(schema: AvroRecordSchema, datums: Datum[]): Buffer {
  const header = fileHeader(schema);
  // Header and sizes go right before the records once their size is known: blocks are large, and so are not copied twice.
  const start = header.bytes.length + 20;
  const file = Buffer.allocUnsafe(datums.reduce((sum, datum) => sum + datum.end - datum.start + 20, start + header.sync.length));
  let end = start;
  for (const datum of datums) {
    end = writeLong(datum.offset, file, writeLong(datum.partition, file, end));
    end += datum.bytes.copy(file, end, datum.start, datum.end);
  }
  const sizes = Buffer.alloc(20);
  const sizesBytes = writeLong(end - start, sizes, writeLong(datums.length, sizes, 0));
  const begin = start - sizesBytes - header.bytes.length;
  header.bytes.copy(file, begin);
  sizes.copy(file, start - sizesBytes, 0, sizesBytes);
  return file.subarray(begin, end + header.sync.copy(file, end));
}

const headers = new WeakMap<AvroRecordSchema, { bytes: Buffer; sync: Buffer }>();

function fileHeader(schema: AvroRecordSchema): { bytes: Buffer; sync: Buffer } {
  const known = headers.get(schema);
  if (known) return known;
  const fields = [{ name: '_partition', type: 'int' }, { name: '_offset', type: 'long' }, ...schema.fields];
  const text = Buffer.from(JSON.stringify({ ...schema, fields }));
  // Any 16 bytes serve as the marker; derived from the schema, the same block makes the same file.
  const sync = createHash('md5').update(text).digest();
  const entry = (key: string, value: Buffer) => [long(key.length), Buffer.from(key), long(value.length), value];
  const bytes = Buffer.concat([MAGIC, long(2), ...entry('avro.schema', text), ...entry('avro.codec', Buffer.from('null')), long(0), sync]);
  const made = { bytes, sync };
  headers.set(schema, made);
  return made;
}

function long(value: number): Buffer {
  const buffer = Buffer.alloc(10);
  return buffer.subarray(0, writeLong(value, buffer, 0));
}

/** Zigzag variable-length encoding of a non-negative integer below 2^53; returns the position after it. */
function writeLong(value: number, buffer: Buffer, position: number): number {
  let rest = value * 2;
  let at = position;
  while (rest >= 0x80) {
    buffer[at] = (rest % 0x80) | 0x80;
    at += 1;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at] = rest;
  return at + 1;
}
