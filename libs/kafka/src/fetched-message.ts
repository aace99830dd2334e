// A message as it stands in the response that it was fetched with. Of a million records most are never looked into here:
// key, value and headers are made when somebody asks for them.
import type { KafkaMessage } from 'kafkajs';
import { varint, type Reader } from './varint.js';

/** What the messages of a record batch have in common, with kafkajs' names. */
export interface BatchContext {
  firstOffset: string;
  firstTimestamp: string;
  partitionLeaderEpoch: number;
  inTransaction: boolean;
  isControlBatch: boolean;
  lastOffsetDelta: number;
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  maxTimestamp: string;
  timestampType: 0 | 1;
  magicByte: number;
}

/** Bytes from `start` to `end` of a larger buffer. */
export interface Span {
  bytes: Buffer;
  start: number;
  end: number;
}

export class FetchedMessage {
  /** Key and value stand in `bytes` from their start to their end; an end of -1 is null. */
  constructor(
    readonly bytes: Buffer,
    readonly offsetNumber: number,
    readonly keyStart: number,
    readonly keyEnd: number,
    readonly valueStart: number,
    readonly valueEnd: number,
    readonly headersStart: number,
    readonly timestamp: string,
    readonly attributes: number,
    readonly batchContext: BatchContext,
  ) {}

  get magicByte(): number {
    return this.batchContext.magicByte;
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get key(): Buffer | null {
    return this.keyEnd < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueEnd < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  get headers(): NonNullable<KafkaMessage['headers']> {
    return readHeaders({ buffer: this.bytes, offset: this.headersStart });
  }
}

/** Where a message's value stands; null for a tombstone. */
export function spanOfValue(message: KafkaMessage): Span | null {
  if (message instanceof FetchedMessage) return message.valueEnd < 0 ? null : { bytes: message.bytes, start: message.valueStart, end: message.valueEnd };
  return message.value && { bytes: message.value, start: 0, end: message.value.length };
}

/** Length of a message's value; 0 for a tombstone. */
export function valueBytes(message: KafkaMessage): number {
  if (message instanceof FetchedMessage) return Math.max(0, message.valueEnd - message.valueStart);
  return message.value?.length ?? 0;
}

/** Offsets are below 2^53 here: a partition of a million records a second reaches it after 285 years. */
export function offsetOf(message: KafkaMessage): number {
  return message instanceof FetchedMessage ? message.offsetNumber : Number(message.offset);
}

/** https://kafka.apache.org/documentation/#recordheader */
function readHeaders(reader: Reader): NonNullable<KafkaMessage['headers']> {
  const headers: NonNullable<KafkaMessage['headers']> = {};
  for (let count = varint(reader); count > 0; count -= 1) {
    const name = readBytes(reader).toString();
    const value = readBytes(reader);
    const known = headers[name];
    headers[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value] as Buffer[];
  }
  return headers;
}

/** As kafkajs has it: null where the length says so. */
function readBytes(reader: Reader): Buffer {
  const length = varint(reader);
  if (length < 0) return null as never;
  reader.offset += length;
  return reader.buffer.subarray(reader.offset - length, reader.offset);
}
