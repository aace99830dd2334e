// Fetch responses, decoded in one pass. kafkajs makes three big integers and a decoder for each record, which took a
// fifth of the warehouse's time; this gives it the same messages as positions in the response.
import type { KafkaMessage } from 'kafkajs';
import { AbortedTransactions, type AbortedTransaction } from './aborted-transactions.js';
import { FetchedMessage, type BatchContext } from './fetched-message.js';
import { varint, varlong, type Reader } from './varint.js';
import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

const MAGIC = 2;
const COMPRESSED = 0x7;
const LOG_APPEND_TIME = 0x8;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** First offset, length, leader epoch, magic, checksum, attributes, last delta, timestamps, producer, sequence, count. */
const BATCH_HEADER = 61;
/** Key of a control record: version 0, type 0 (https://kafka.apache.org/documentation/#controlbatch). */
const ABORT_MARKER = Buffer.alloc(4);

let installed = false;

/**
 * Has kafkajs use this decoder for Fetch version 11, which it speaks with every broker since 2.3
 * (https://kafka.apache.org/protocol#The_Messages_Fetch). What it does not know, compressed batches and formats before
 * Kafka 0.11, goes on through kafkajs' own.
 */
export function installFetchDecoder(): void {
  if (installed) return;
  installed = true;
  const original = response.decode;
  response.decode = async (payload: Buffer) => decodeFetch(payload) ?? original(payload);
}

/**
 * A Fetch response of version 11 as kafkajs has it; undefined where a batch is compressed or of an old format. A batch whose last record
 * compaction has taken away has a control record in its place, and so has one whose transaction was aborted: kafkajs is told of none.
 */
export function decodeFetch(payload: Buffer): unknown {
  const reader: Reader = { buffer: payload, offset: 0 };
  const clientSideThrottleTime = int32(reader);
  const errorCode = int16(reader);
  const sessionId = int32(reader);
  const responses: unknown[] = [];
  for (let topics = int32(reader); topics > 0; topics -= 1) {
    const topicName = string(reader);
    const partitions: unknown[] = [];
    for (let count = int32(reader); count > 0; count -= 1) {
      const partition = partitionOf(reader);
      if (!partition) return undefined;
      partitions.push(partition);
    }
    responses.push({ topicName, partitions });
  }
  // kafkajs reports no throttling: the broker has not waited, and expects the client to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function partitionOf(reader: Reader) {
  const head = {
    partition: int32(reader), errorCode: int16(reader), highWatermark: int64(reader), lastStableOffset: int64(reader), lastStartOffset: int64(reader),
  };
  const aborted: AbortedTransaction[] = [];
  for (let count = int32(reader); count > 0; count -= 1) aborted.push({ producerId: int64(reader), firstOffset: Number(int64(reader)) });
  const transactions = new AbortedTransactions(aborted);
  const preferredReadReplica = int32(reader);
  const size = int32(reader);
  const messages: KafkaMessage[] = [];
  const end = reader.offset + Math.max(0, size);
  // The last batch may be cut off: the broker sends as many bytes as were asked for.
  while (reader.offset + BATCH_HEADER <= end && reader.offset + 12 + reader.buffer.readInt32BE(reader.offset + 8) <= end) {
    if (!readBatch(reader, messages, transactions)) return undefined;
  }
  reader.offset = end;
  return { ...head, abortedTransactions: [], preferredReadReplica, messages };
}

/** https://kafka.apache.org/documentation/#recordbatch */
function readBatch(reader: Reader, messages: KafkaMessage[], transactions: AbortedTransactions): boolean {
  const { buffer, offset: start } = reader;
  const attributes = buffer.readInt16BE(start + 21);
  if (buffer[start + 16] !== MAGIC || (attributes & COMPRESSED) !== 0) return false;
  const end = start + 12 + buffer.readInt32BE(start + 8);
  const firstOffset = Number(buffer.readBigInt64BE(start));
  const firstTimestamp = Number(buffer.readBigInt64BE(start + 27));
  const maxTimestamp = Number(buffer.readBigInt64BE(start + 35));
  const isControlRecord = (attributes & CONTROL) !== 0;
  const timestampType = (attributes & LOG_APPEND_TIME) === 0 ? 0 as const : 1 as const;
  const batchContext: BatchContext = {
    firstOffset: String(firstOffset), firstTimestamp: String(firstTimestamp), partitionLeaderEpoch: buffer.readInt32BE(start + 12),
    inTransaction: (attributes & TRANSACTIONAL) !== 0, isControlBatch: isControlRecord, lastOffsetDelta: buffer.readInt32BE(start + 23),
    producerId: buffer.readBigInt64BE(start + 43).toString(), producerEpoch: buffer.readInt16BE(start + 51), firstSequence: buffer.readInt32BE(start + 53),
    maxTimestamp: String(maxTimestamp), timestampType, magicByte: MAGIC,
  };
  const last = firstOffset + batchContext.lastOffsetDelta;
  const isAborted = transactions.has({ producerId: batchContext.producerId, inTransaction: batchContext.inTransaction, lastOffset: last, isAbortMarker: isControlRecord && keyOfFirst(buffer, start)?.equals(ABORT_MARKER) === true });
  let time = NaN;
  let timestamp = '';
  let offset = -1;
  reader.offset = start + BATCH_HEADER;
  for (let count = isAborted ? 0 : buffer.readInt32BE(start + 57); count > 0; count -= 1) {
    const length = varint(reader);
    const recordEnd = reader.offset + length;
    const recordAttributes = buffer[reader.offset++]!;
    const delta = varlong(reader);
    const recordTime = timestampType === 1 && maxTimestamp ? maxTimestamp : firstTimestamp + delta;
    // Records of a batch mostly have the same time: its text is made once.
    if (recordTime !== time) timestamp = String((time = recordTime));
    offset = firstOffset + varint(reader);
    const keyLength = varint(reader);
    const keyStart = reader.offset;
    if (keyLength > 0) reader.offset += keyLength;
    const valueLength = varint(reader);
    const valueStart = reader.offset;
    if (valueLength > 0) reader.offset += valueLength;
    const message = new FetchedMessage(buffer, offset, keyStart, keyLength < 0 ? -1 : keyStart + keyLength, valueStart, valueLength < 0 ? -1 : reader.offset, reader.offset, timestamp, recordAttributes, batchContext);
    messages.push(message as unknown as KafkaMessage);
    reader.offset = recordEnd;
  }
  // Compaction takes records away, the last of a batch too, and leaves batches without any that tell what their producers have sent:
  // without a message at its last offset, kafkajs would ask for such a batch again and again.
  if (offset < last) messages.push(new FetchedMessage(buffer, last, 0, -1, 0, -1, 0, String(maxTimestamp), 0, { ...batchContext, isControlBatch: true }) as unknown as KafkaMessage);
  reader.offset = end;
  return true;
}

/** Key of a batch's first record; undefined where there is none. */
function keyOfFirst(buffer: Buffer, start: number): Buffer | undefined {
  if (buffer.readInt32BE(start + 57) < 1) return undefined;
  const reader: Reader = { buffer, offset: start + BATCH_HEADER };
  varint(reader);
  reader.offset += 1;
  varlong(reader);
  varint(reader);
  const length = varint(reader);
  return length < 0 ? undefined : buffer.subarray(reader.offset, reader.offset + length);
}

function int16(reader: Reader): number {
  reader.offset += 2;
  return reader.buffer.readInt16BE(reader.offset - 2);
}

function int32(reader: Reader): number {
  reader.offset += 4;
  return reader.buffer.readInt32BE(reader.offset - 4);
}

function int64(reader: Reader): string {
  reader.offset += 8;
  return reader.buffer.readBigInt64BE(reader.offset - 8).toString();
}

function string(reader: Reader): string {
  const length = int16(reader);
  reader.offset += length;
  return reader.buffer.toString('utf8', reader.offset - length, reader.offset);
}
