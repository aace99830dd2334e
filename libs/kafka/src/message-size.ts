// How large messages are for Kafka, and how many of them go together.
import type { Message } from 'kafkajs';

/**
 * Bytes beside key, value and headers of a batch with one record: 61 of the batch's head, and at most 36 of the record's
 * lengths, deltas and attributes. Source: https://kafka.apache.org/documentation/#messageformat
 */
const OVERHEAD_BYTES = 100;
/** What a header has beside its key and value: two lengths. */
const HEADER_OVERHEAD_BYTES = 10;

/** What goes in one request. */
export const MAX_REQUEST_BYTES = 900_000;
/** Largest batch of a topic unless one is told: below what Kafka's brokers take by default (1,048,588). */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** A message and the topic that it goes to. */
export interface TopicMessage {
  topic: string;
  message: Message;
}

/** At most so many bytes has the batch that a message makes alone: it is what Kafka compares with `max.message.bytes`. */
export function batchBytes({ key, value, headers }: Message): number {
  let bytes = OVERHEAD_BYTES + sizeOf(key) + sizeOf(value);
  for (const [name, header] of Object.entries(headers ?? {})) {
    for (const entry of Array.isArray(header) ? header : [header]) bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + sizeOf(entry);
  }
  return bytes;
}

function sizeOf(part: Buffer | string | null | undefined): number {
  return part ? Buffer.byteLength(part) : 0;
}

/** Cut so that each piece fits one batch of `maxBytes`, even where all of it goes to one partition; a larger message is a piece of its own. */
export function* pieces(messages: TopicMessage[], maxBytes: number): Generator<TopicMessage[]> {
  let start = 0;
  let bytes = 0;
  for (const [i, { message }] of messages.entries()) {
    const size = batchBytes(message);
    if (i > start && bytes + size > maxBytes) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < messages.length) yield start === 0 ? messages : messages.slice(start);
}

/** As kafkajs takes the messages of one send. */
export function groupByTopic(messages: TopicMessage[]): { topic: string; messages: Message[] }[] {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, list]) => ({ topic, messages: list.map(({ message }) => message) }));
}

/** Whether the broker refused a request for the size of a batch. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { type?: string }).type === 'MESSAGE_TOO_LARGE' || isTooLarge(error.cause);
}
