import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Partitioners, type Message } from 'kafkajs';
import { SentPartitions } from './acknowledged.js';
import { partitionOf } from './partitioner.js';

const metadata = (partitions: number) => Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] }));
const theirs = Partitioners.DefaultPartitioner();

describe('the partition of a key', () => {
  it("is that of kafkajs and of Java's client", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)), fc.uuid()), fc.integer({ min: 1, max: 200 }), (key, partitions) => {
      expect(partitionOf(key, partitions)).toBe(theirs({ topic: 't', partitionMetadata: metadata(partitions), message: { key, value: null } }));
    }), { numRuns: 2_000 });
    // Of Kafka's own tests, less the sign: https://github.com/apache/kafka/blob/4.0.0/clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java
    const hashes = { 21: -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536, 'a-little-bit-longer-string': -1486304829, 'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8': -58897971, abc: 479470107 };
    for (const [key, hash] of Object.entries(hashes)) expect(partitionOf(key, 2 ** 31)).toBe(hash & 0x7fffffff);
  });

  it('is what records are sent to, unless they name another; those without a key are spread', () => {
    const choose = new SentPartitions().partitioner();
    const chosen = (message: Message) => choose({ topic: 't', partitionMetadata: metadata(6), message });
    expect(chosen({ key: 'abc', value: null })).toBe(partitionOf('abc', 6));
    expect(chosen({ key: '', value: null })).toBe(partitionOf('', 6));
    expect(chosen({ key: 'abc', partition: 5, value: null })).toBe(5);
    expect(new Set(Array.from({ length: 6 }, () => chosen({ value: null }))).size).toBe(6);
  });
});
