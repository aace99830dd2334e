// The partition that Kafka's clients give a key by default. kafkajs reckons its hash in BigInts, which grow with the key:
// 11 % of what the customer service did was that.
const SEED = 0x9747b28c;
const FACTOR = 0x5bd1e995;

/** The partition of a key among so many. */
export function partitionOf(key: string | Buffer, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}

/**
 * As Kafka's Java client has it, in 32 bits; with their sign.
 * Source: https://github.com/apache/kafka/blob/4.0.0/clients/src/main/java/org/apache/kafka/common/utils/Utils.java
 */
function murmur2(data: Buffer): number {
  const { length } = data;
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(data.readInt32LE(at), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ Math.imul(mixed ^ (mixed >>> 24), FACTOR);
  }
  if (length > whole) {
    for (let at = whole; at < length; at += 1) hash ^= data[at]! << (8 * (at - whole));
    hash = Math.imul(hash, FACTOR);
  }
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return hash ^ (hash >>> 15);
}
