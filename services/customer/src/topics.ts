// The topic that is this service's own: the ids of events that were taken, in the transactions that took them.
import type { InternalTopic, KafkaMessage } from '@tideway/kafka';
import { WORD_BYTES, WORDS, type IdWords } from './activities/id-set.js';
import { REMEMBERED_DAYS, type IdsOfDay } from './activities/resends.js';

const DAY_MS = 86_400_000;
const ID_BYTES = WORDS * WORD_BYTES;
/** A record stays far below what a topic takes. */
const IDS_PER_RECORD = 10_000;

/** Key: the day (days since 1970, UTC) on which events were received; value: their ids, 16 bytes each. */
export const EVENT_IDS = {
  topic: 'customer.event-ids.v1', partitions: 1, compacted: false,
  // Records that are received late, as by a domain service that stood still, count by the day they were received on.
  retentionMs: (REMEMBERED_DAYS + 1) * DAY_MS,
} satisfies InternalTopic;

export function eventIdMessages(planned: readonly IdsOfDay[]): { key: string; value: Buffer }[] {
  return planned.flatMap(({ day, ids }) => Array.from({ length: Math.ceil(ids.length / IDS_PER_RECORD) }, (_, i) => ({
    key: String(day), value: packed(ids.slice(i * IDS_PER_RECORD, (i + 1) * IDS_PER_RECORD)),
  })));
}

/** Undefined for what is no such record: somebody else wrote it, and it must not stop the graph for ever. */
export function readEventIds({ key, value }: Pick<KafkaMessage, 'key' | 'value'>): IdsOfDay | undefined {
  const day = Number(String(key));
  if (!Number.isInteger(day) || !value || value.length % ID_BYTES !== 0) return undefined;
  const ids: IdWords[] = [];
  for (let start = 0; start < value.length; start += ID_BYTES) {
    const words = new Uint32Array(WORDS);
    for (let word = 0; word < WORDS; word += 1) words[word] = value.readUInt32BE(start + word * WORD_BYTES);
    ids.push(words);
  }
  return { day, ids };
}

function packed(ids: readonly IdWords[]): Buffer {
  const value = Buffer.allocUnsafe(ids.length * ID_BYTES);
  for (const [i, words] of ids.entries()) for (const [word, bits] of words.entries()) value.writeUInt32BE(bits, i * ID_BYTES + word * WORD_BYTES);
  return value;
}
