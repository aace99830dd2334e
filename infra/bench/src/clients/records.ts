// The records that every client sends: made once, in the Confluent wire format, and taken again from the first when
// there are no more.
import { readFileSync, writeFileSync } from 'node:fs';
import { avroType } from '@tideway/contracts';
import { encodeWire } from '@tideway/kafka';
import { IMPRESSION, impression } from '../warehouse/impressions.js';

/** As a Kafka message has it. */
export interface KeyedRecord {
  key: Buffer;
  value: Buffer;
}

/** No registry is asked: nothing here decodes. */
const SCHEMA_ID = 1;

export function makeRecords(count: number): KeyedRecord[] {
  const type = avroType(IMPRESSION);
  return Array.from({ length: count }, (_, i) => {
    const record = impression(i);
    return { key: Buffer.from(record.visitor_id), value: encodeWire(SCHEMA_ID, type, record) };
  });
}

/** Each record as two lengths (32 bits, big-endian), key and value. */
export function writeRecords(file: string, records: KeyedRecord[]): void {
  writeFileSync(file, Buffer.concat(records.flatMap(({ key, value }) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(key.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    return [lengths, key, value];
  })));
}

/** What writeRecords has written. */
export function readRecords(file: string): KeyedRecord[] {
  const bytes = readFileSync(file);
  const records: KeyedRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const key = at + 8;
    const value = key + bytes.readUInt32BE(at);
    const end = value + bytes.readUInt32BE(at + 4);
    records.push({ key: bytes.subarray(key, value), value: bytes.subarray(value, end) });
    at = end;
  }
  return records;
}

/** Beside key and value, as our publisher counts a record: libs/kafka, message-size.ts. */
const OVERHEAD_BYTES = 100;

/** `count` of the records, from the first again where they end, in pieces of at most `bytes`. */
export function* batchesOf(records: KeyedRecord[], count: number, bytes: number): Generator<KeyedRecord[]> {
  let piece: KeyedRecord[] = [];
  let size = 0;
  for (let i = 0; i < count; i += 1) {
    const record = records[i % records.length]!;
    const more = record.key.length + record.value.length + OVERHEAD_BYTES;
    if (piece.length > 0 && size + more > bytes) {
      yield piece;
      piece = [];
      size = 0;
    }
    piece.push(record);
    size += more;
  }
  if (piece.length > 0) yield piece;
}

/** Bytes of keys and values of `count` records, as batchesOf gives them. */
export function bytesOf(records: KeyedRecord[], count: number): number {
  const sizes = records.map(({ key, value }) => key.length + value.length);
  const sum = (of: number[]) => of.reduce((total, size) => total + size, 0);
  return Math.floor(count / records.length) * sum(sizes) + sum(sizes.slice(0, count % records.length));
}
