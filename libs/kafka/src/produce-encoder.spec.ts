// The encoder of produce requests gives what kafkajs' own gives, to the byte.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { encodeProduce, type ProduceArgs } from './produce-encoder.js';

const NOW = 1_795_000_000_000;
const content = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
const headers = fc.dictionary(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
  fc.oneof(content, fc.array(content, { minLength: 2, maxLength: 3 })), { maxKeys: 2, noNullPrototype: true },
);
const message = (timestamp: fc.Arbitrary<string | undefined>): fc.Arbitrary<Message> => fc.record({ key: fc.option(content), value: fc.option(content), headers: fc.option(headers, { nil: undefined }), timestamp }) as fc.Arbitrary<Message>;
/** All with times of the same number of digits, as kafkajs sorts them as text; or none. */
const messages = fc.constantFrom(true, false).chain((timed) => fc.array(message(timed ? fc.integer({ min: 1_000_000_000_000, max: 9_000_000_000_000 }).map(String) : fc.constant(undefined)), { minLength: 1, maxLength: 80 }));
const request: fc.Arbitrary<ProduceArgs> = fc.record({
  transactionalId: fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined }),
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  compression: fc.constant(0),
  producerId: fc.oneof(fc.integer({ min: -1 }), fc.maxSafeNat().map(String)),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  topicData: fc.array(fc.record({
    topic: fc.string({ minLength: 1 }),
    partitions: fc.array(fc.record({ partition: fc.nat(), firstSequence: fc.nat(), messages }), { maxLength: 3 }),
  }), { maxLength: 3 }),
}) as fc.Arbitrary<ProduceArgs>;

afterEach(() => void jest.restoreAllMocks());

describe('a produce request', () => {
  it('is encoded as kafkajs encodes it', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    await fc.assert(fc.asyncProperty(request, async (args) => {
      expect(encodeProduce(args).buffer).toEqual((await produce.protocol({ version: 7 })(args).request.encode()).buffer);
    }), { numRuns: 300 });
  });

  it('has the times of its first and last message, wherever they stand, and the present for those that have none', () => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    const batchOf = (...timestamps: (string | undefined)[]) => {
      const { buffer } = encodeProduce({
        acks: -1, timeout: 1, compression: 0, producerId: -1, producerEpoch: 0,
        topicData: [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages: timestamps.map((timestamp) => ({ value: 'v', ...(timestamp ? { timestamp } : {}) })) }] }],
      });
      // The batch begins behind the request's head, the topic, and the partition with its length.
      const batch = buffer.subarray(2 + 2 + 4 + 4 + 3 + 4 + 8);
      return [batch.readBigInt64BE(27), batch.readBigInt64BE(35)].map(Number);
    };
    expect(batchOf('1000', '999')).toEqual([999, 1_000]);
    expect(batchOf('1000', undefined)).toEqual([1_000, NOW]);
  });
});
