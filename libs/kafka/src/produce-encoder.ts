// Produce requests, encoded in one pass. kafkajs makes a buffer of 512 zeroes for each record, and one for each level above
// it, which grow and are copied into the next: six records and more for each event that comes in, of all services together.
import crc32c from 'crc-32/crc32c.js';
import { CompressionTypes, type IHeaders, type Message } from 'kafkajs';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { batchBytes } from './message-size.js';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong, type Writer } from './varint.js';

/** As kafkajs gives them. */
export interface ProduceArgs {
  transactionalId?: string | null;
  acks: number;
  /** ms */
  timeout: number;
  compression: CompressionTypes;
  /** Long, or what reads as one. */
  producerId: unknown;
  producerEpoch: number;
  topicData: readonly { topic: string; partitions: readonly PartitionRecords[] }[];
}

interface PartitionRecords {
  partition: number;
  firstSequence: number;
  messages: readonly Message[];
}

/** The version of Produce that kafkajs speaks with every broker since 2.1 (https://kafka.apache.org/protocol#The_Messages_Produce). */
const VERSION = 7;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
/** Where in a batch stands what its checksum is of, after first offset, length, leader epoch, magic and the checksum itself. */
const CHECKED_FROM = 21;
/** What the length of a batch is not of. */
const FIRST_OFFSET_AND_LENGTH = 12;
/** Lengths and numbers of the request, and of a topic or partition in it. */
const [REQUEST_BYTES, ENTRY_BYTES] = [16, 80];

let installed = false;

/** Has kafkajs use this encoder. What is to be compressed goes on through its own. */
export function installProduceEncoder(): void {
  if (installed) return;
  installed = true;
  const original = produce.protocol;
  produce.protocol = ({ version }) => {
    const made = original({ version });
    if (version !== VERSION) return made;
    return (args) => {
      const { request, response } = made(args);
      return args.compression === CompressionTypes.None ? { request: { ...request, encode: () => Promise.resolve(encodeProduce(args)) }, response } : { request, response };
    };
  };
}

/** The body of a Produce request of version 7 without compression, as kafkajs' encoders give it: `buffer` is what is sent. */
export function encodeProduce({ transactionalId, acks, timeout, producerId, producerEpoch, topicData }: ProduceArgs): { buf: Buffer; buffer: Buffer } {
  let most = REQUEST_BYTES + sizeOfText(transactionalId);
  for (const { topic, partitions } of topicData) {
    most += ENTRY_BYTES + sizeOfText(topic);
    for (const { messages } of partitions) {
      most += ENTRY_BYTES;
      for (const message of messages) most += batchBytes(message);
    }
  }
  const writer: Writer = { buffer: Buffer.allocUnsafe(most), offset: 0 };
  const of: BatchOf = { producerId: BigInt(String(producerId)), producerEpoch, attributes: transactionalId ? TRANSACTIONAL : 0, now: Date.now() };
  text(writer, transactionalId);
  int16(writer, acks);
  int32(writer, timeout);
  int32(writer, topicData.length);
  for (const { topic, partitions } of topicData) {
    text(writer, topic);
    int32(writer, partitions.length);
    for (const { partition, firstSequence, messages } of partitions) {
      int32(writer, partition);
      const start = writer.offset;
      writer.offset += 4;
      batch(writer, messages, firstSequence, of);
      writer.buffer.writeInt32BE(writer.offset - start - 4, start);
    }
  }
  return { buf: writer.buffer, buffer: writer.buffer.subarray(0, writer.offset) };
}

interface BatchOf {
  producerId: bigint;
  producerEpoch: number;
  attributes: number;
  /** Time (ms) of messages that have none. */
  now: number;
}

/** https://kafka.apache.org/documentation/#recordbatch */
function batch(writer: Writer, messages: readonly Message[], firstSequence: number, { producerId, producerEpoch, attributes, now }: BatchOf): void {
  const { buffer, offset: start } = writer;
  let [first, last] = [Infinity, -Infinity];
  for (const { timestamp } of messages) {
    const time = timestamp ? Number(timestamp) : now;
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  writer.offset += FIRST_OFFSET_AND_LENGTH + 4;
  buffer.writeBigInt64BE(0n, start);
  buffer.writeInt32BE(0, start + FIRST_OFFSET_AND_LENGTH);
  writer.offset = buffer.writeInt8(MAGIC, writer.offset) + 4;
  int16(writer, attributes);
  int32(writer, messages.length - 1);
  int64(writer, BigInt(first));
  int64(writer, BigInt(last));
  int64(writer, producerId);
  int16(writer, producerEpoch);
  int32(writer, firstSequence);
  int32(writer, messages.length);
  for (const [i, message] of messages.entries()) record(writer, message, i, (message.timestamp ? Number(message.timestamp) : now) - first);
  buffer.writeInt32BE(writer.offset - start - FIRST_OFFSET_AND_LENGTH, start + FIRST_OFFSET_AND_LENGTH - 4);
  buffer.writeInt32BE(crc32c.buf(buffer.subarray(start + CHECKED_FROM, writer.offset)), start + CHECKED_FROM - 4);
}

/** https://kafka.apache.org/documentation/#record */
function record(writer: Writer, { key, value, headers }: Message, offsetDelta: number, timeDelta: number): void {
  const [keyBytes, valueBytes] = [lengthOf(key), lengthOf(value)];
  const entries = headers ? entriesOf(headers) : NO_HEADERS;
  let size = 1 + sizeOfVarlong(timeDelta) + sizeOfVarint(offsetDelta) + sizeOfBytes(keyBytes) + sizeOfBytes(valueBytes) + sizeOfVarint(entries.length);
  for (const [name, content] of entries) size += sizeOfBytes(Buffer.byteLength(name)) + sizeOfBytes(lengthOf(content));
  writeVarint(writer, size);
  // Attributes: there are none.
  writer.buffer[writer.offset++] = 0;
  writeVarlong(writer, timeDelta);
  writeVarint(writer, offsetDelta);
  bytes(writer, key, keyBytes);
  bytes(writer, value, valueBytes);
  writeVarint(writer, entries.length);
  for (const [name, content] of entries) {
    bytes(writer, name, Buffer.byteLength(name));
    bytes(writer, content, lengthOf(content));
  }
}

type Bytes = Buffer | string | null | undefined;
type HeaderEntry = readonly [string, Bytes];
const NO_HEADERS: readonly HeaderEntry[] = [];

/** A header with several values is several headers. */
function entriesOf(headers: IHeaders): HeaderEntry[] {
  return Object.entries(headers).flatMap(([name, content]) => (Array.isArray(content) ? content.map((one): HeaderEntry => [name, one]) : [[name, content]]));
}

/** -1: there is none. */
function lengthOf(content: Bytes): number {
  return content === null || content === undefined ? -1 : typeof content === 'string' ? Buffer.byteLength(content) : content.length;
}

function sizeOfBytes(length: number): number {
  return sizeOfVarint(length) + Math.max(0, length);
}

function bytes(writer: Writer, content: Bytes, length: number): void {
  writeVarint(writer, length);
  if (content === null || content === undefined) return;
  if (typeof content === 'string') writer.buffer.write(content, writer.offset);
  else writer.buffer.set(content, writer.offset);
  writer.offset += length;
}

function sizeOfText(content: string | null | undefined): number {
  return content ? Buffer.byteLength(content) : 0;
}

/** NULLABLE_STRING */
function text(writer: Writer, content: string | null | undefined): void {
  int16(writer, lengthOf(content));
  if (content) writer.offset += writer.buffer.write(content, writer.offset);
}

function int16(writer: Writer, value: number): void {
  writer.offset = writer.buffer.writeInt16BE(value, writer.offset);
}

function int32(writer: Writer, value: number): void {
  writer.offset = writer.buffer.writeInt32BE(value, writer.offset);
}

function int64(writer: Writer, value: bigint): void {
  writer.offset = writer.buffer.writeBigInt64BE(value, writer.offset);
}
