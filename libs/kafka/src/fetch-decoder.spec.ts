// The decoder of fetch responses gives what kafkajs' own gives, to the byte.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import Batch, { type PartitionData } from 'kafkajs/src/consumer/batch.js';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import recordBatch from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import type { KafkaMessage } from 'kafkajs';
import { decodeFetch } from './fetch-decoder.js';
import { offsetOf, spanOfValue, valueBytes } from './fetched-message.js';

interface RecordOf {
  gap: number;
  delay: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: Record<string, Uint8Array | Uint8Array[]>;
}

interface BatchOf {
  firstOffset: number;
  firstTimestamp: number;
  flags: number;
  records: RecordOf[];
}

const bytes = fc.uint8Array({ maxLength: 300 });
const batchArbitrary: fc.Arbitrary<BatchOf> = fc.record({
  firstOffset: fc.nat({ max: 2 ** 40 }),
  firstTimestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  // Log append time, transactional, control.
  flags: fc.constantFrom(0, 0, 0x8, 0x10, 0x30),
  records: fc.array(fc.record({
    gap: fc.integer({ min: 1, max: 300 }),
    delay: fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'), fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })), { maxKeys: 2, noNullPrototype: true }),
  }), { minLength: 1, maxLength: 8 }),
});

const buffer = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value));

async function encoded({ firstOffset, firstTimestamp, flags, records }: BatchOf): Promise<Buffer> {
  let offsetDelta = -1;
  const encodedRecords = records.map(({ gap, delay, key, value, headers }) => encodeRecord({
    offsetDelta: (offsetDelta += gap), timestampDelta: delay, key: buffer(key), value: buffer(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, Array.isArray(content) ? content.map(buffer) : buffer(content)])),
  }));
  const batch = (await recordBatch.RecordBatch({ firstOffset, firstTimestamp, maxTimestamp: firstTimestamp + 7, lastOffsetDelta: offsetDelta, producerId: 12, producerEpoch: 3, firstSequence: 5, records: encodedRecords })).buffer;
  batch.writeInt16BE(flags, 21);
  return batch;
}

/** A response of version 11 with these record sets, each of a partition of its own. */
function fetchResponse(recordSets: Buffer[], aborted: readonly [producerId: number, firstOffset: number][] = [[77, 5]]): Buffer {
  const int = (value: number, size: 2 | 4 | 8) => {
    const out = Buffer.alloc(size);
    if (size === 8) out.writeBigInt64BE(BigInt(value));
    else out.writeIntBE(value, 0, size);
    return out;
  };
  const partitions = recordSets.map((set, i) => Buffer.concat([
    int(i, 4), int(0, 2), int(1_000, 8), int(900, 8), int(1, 8), int(aborted.length, 4), ...aborted.flat().map((value) => int(value, 8)), int(-1, 4), int(set.length, 4), set,
  ]));
  const topic = Buffer.from('web.orders.v1');
  return Buffer.concat([int(9, 4), int(0, 2), int(0, 4), int(1, 4), int(topic.length, 2), topic, int(partitions.length, 4), ...partitions]);
}

/** With each message's fields as its own, and without the aborted transactions, of which kafkajs is not told. */
function plain(decoded: unknown): unknown {
  const { responses, ...rest } = decoded as { responses: { partitions: PartitionData[] }[] };
  return { ...rest, responses: responses.map((topic) => ({ ...topic, partitions: topic.partitions.map(({ abortedTransactions: _aborted, ...partition }) => ({ ...partition, messages: partition.messages.map(fieldsOf) })) })) };
}

function fieldsOf(message: KafkaMessage): object {
  const { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext } = message as KafkaMessage & Record<string, unknown>;
  expect([offsetOf(message), valueBytes(message)]).toEqual([Number(offset), value?.length ?? 0]);
  const span = spanOfValue(message);
  expect(span && span.bytes.subarray(span.start, span.end)).toEqual(value);
  return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext };
}

describe('a fetch response', () => {
  it('is decoded as kafkajs decodes it, whole or cut off in its last batch', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(batchArbitrary, { maxLength: 3 }), { minLength: 1, maxLength: 3 }), fc.nat({ max: 400 }), async (partitions, cut) => {
      const sets = await Promise.all(partitions.map(async (batches) => Buffer.concat(await Promise.all(batches.map(encoded)))));
      const last = sets.length - 1;
      // kafkajs takes a record set of which not even the first batch's header is there for an empty one, too.
      const payload = fetchResponse(sets.map((set, i) => (i === last && set.length - cut > 100 ? set.subarray(0, set.length - cut) : set)));
      expect(plain(decodeFetch(payload))).toEqual(plain(await response.decode(payload)));
    }), { numRuns: 300 });
  });

  it('goes as far as its last batch, of which compaction has taken the last record away, or all', async () => {
    const records = [{ gap: 1, delay: 0, key: null, value: new Uint8Array(3), headers: {} }];
    const whole = await encoded({ firstOffset: 40, firstTimestamp: 1_000, flags: 0x10, records });
    const withoutLast = Buffer.from(whole);
    withoutLast.writeInt32BE(4, 23);
    const empty = Buffer.from(withoutLast.subarray(0, 61));
    empty.writeInt32BE(61 - 12, 8);
    empty.writeInt32BE(0, 57);
    const batches = [whole, withoutLast, empty].map((set) => {
      const { responses: [{ partitions: [data] }] } = decodeFetch(fetchResponse([set])) as { responses: [{ partitions: [PartitionData] }] };
      const batch = new Batch('t', '40', data);
      return [batch.messages.map(({ offset }) => offset), batch.isEmptyDueToFiltering(), batch.lastOffset()];
    });
    expect(batches).toEqual([[['40'], false, '40'], [['40'], false, '44'], [[], true, '44']]);
  });

  it('is without the records of aborted transactions, in whatever order these ended, and goes as far as they do', async () => {
    const batch = async (firstOffset: number, producerId: number, flags = 0x10, key: Uint8Array | null = null) => {
      const made = await encoded({ firstOffset, firstTimestamp: 1_000, flags, records: [{ gap: 1, delay: 0, key, value: new Uint8Array(3), headers: {} }] });
      made.writeBigInt64BE(BigInt(producerId), 43);
      return made;
    };
    const [abort, commit] = [Uint8Array.from([0, 0, 0, 0]), Uint8Array.from([0, 0, 0, 1])];
    // Producer 1 begins before 2, and ends behind it; 3 commits, and 2 does in its next transaction.
    const log = await Promise.all([batch(10, 1), batch(11, 2), batch(12, 3), batch(13, 2, 0x30, abort), batch(14, 2), batch(15, 1), batch(16, 2, 0x30, commit), batch(17, 1, 0x30, abort), batch(18, 3, 0x30, commit), batch(19, 1)]);
    const read = (from: number) => {
      const { responses: [{ partitions: [data] }] } = decodeFetch(fetchResponse([Buffer.concat(log.slice(from - 10))], [[2, 11], [1, 10]])) as { responses: [{ partitions: [PartitionData] }] };
      const found = new Batch('t', String(from), data);
      return [found.messages.map(({ offset }) => Number(offset)), found.lastOffset()];
    };
    expect(read(10)).toEqual([[12, 14, 19], '19']);
    expect(read(12)).toEqual([[12, 14, 19], '19']);
    const upToAborted = decodeFetch(fetchResponse([Buffer.concat(log.slice(0, 2))], [[2, 11], [1, 10]])) as { responses: [{ partitions: [PartitionData] }] };
    const nothing = new Batch('t', '10', upToAborted.responses[0].partitions[0]);
    expect([nothing.messages, nothing.isEmptyDueToFiltering(), nothing.lastOffset()]).toEqual([[], true, '11']);
  });

  it('is left to kafkajs where a batch is compressed, or older than its format', async () => {
    const batch = await encoded({ firstOffset: 0, firstTimestamp: 0, flags: 0, records: [{ gap: 1, delay: 0, key: null, value: new Uint8Array(3), headers: {} }] });
    const compressed = Buffer.from(batch);
    compressed.writeInt16BE(1, 21);
    const old = Buffer.from(batch);
    old[16] = 1;
    expect([compressed, old].map((set) => decodeFetch(fetchResponse([set])))).toEqual([undefined, undefined]);
  });

  it('comes from the version of kafkajs that this was written for', () => {
    const { version } = createRequire(`${import.meta.dirname}/`)('kafkajs/package.json') as { version: string };
    expect(version).toBe('2.2.4');
  });
});
