// Encoded records that stay in memory for long. A Buffer from Kafka is a part of the fetch that it came with, and a
// small new one a part of Node's pool: one record keeps all of it from being freed. Kept as text of one byte per
// character, 200,000 records of 300 bytes took 76 MB, as Buffers from the pool 800 MB.

export type Kept = string;

/** A copy of `value` that shares memory with nothing. */
export function keep(value: Buffer): Kept {
  return value.toString('latin1');
}

export function bufferOf(kept: Kept): Buffer {
  return Buffer.from(kept, 'latin1');
}
