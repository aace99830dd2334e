// Confluent's wire format: a zero byte, the schema id as 4 bytes big-endian, then the Avro datum.
// https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
import type { Type } from 'avsc';
import type { KafkaMessage } from 'kafkajs';
import { spanOfValue, type Span } from './fetched-message.js';

const HEADER_BYTES = 5;

// Encoding goes through one buffer, so that a record costs one allocation of its own size.
let scratch = Buffer.allocUnsafe(64 * 1024);

/** Frames the Avro encoding of `record` with the id of its writer schema. */
export function encodeWire(schemaId: number, type: Type, record: unknown): Buffer {
  let end = type.encode(record as never, scratch, HEADER_BYTES);
  if (end < 0) {
    // avsc answers by how much the buffer was too small.
    scratch = Buffer.allocUnsafe((scratch.length - end) * 2);
    end = type.encode(record as never, scratch, HEADER_BYTES);
  }
  const framed = Buffer.from(scratch.subarray(0, end));
  framed.writeUInt8(0, 0);
  framed.writeInt32BE(schemaId, 1);
  return framed;
}

/** The schema id and the datum of a framed value; undefined where the value has no such frame. */
export function readWire(value: Buffer | null): { schemaId: number; datum: Buffer } | undefined {
  if (!value || value.length < HEADER_BYTES || value[0] !== 0) return undefined;
  return { schemaId: value.readInt32BE(1), datum: value.subarray(HEADER_BYTES) };
}

/** The schema id of a message's framed value, and where its datum stands; undefined where there is no value, or it has no such frame. */
export function locateWire(message: KafkaMessage): ({ schemaId: number } & Span) | undefined {
  const span = spanOfValue(message);
  if (!span || span.end - span.start < HEADER_BYTES || span.bytes[span.start] !== 0) return undefined;
  return { schemaId: span.bytes.readInt32BE(span.start + 1), bytes: span.bytes, start: span.start + HEADER_BYTES, end: span.end };
}
