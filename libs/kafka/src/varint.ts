// Kafka's numbers of variable length (https://kafka.apache.org/protocol#protocol_types).

/** A place in a buffer that moves on as it is read. */
export interface Reader {
  buffer: Buffer;
  offset: number;
}

/** Zigzag, of 32 bits. */
export function varint(reader: Reader): number {
  const { buffer } = reader;
  let value = 0;
  let byte: number;
  for (let shift = 0; ; shift += 7) {
    byte = buffer[reader.offset++]!;
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return (value >>> 1) ^ -(value & 1);
  }
}

/** Zigzag, exact up to 53 bits: differences of times are far below. */
export function varlong(reader: Reader): number {
  const { buffer } = reader;
  let value = 0;
  let byte: number;
  for (let factor = 1; ; factor *= 128) {
    byte = buffer[reader.offset++]!;
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** A place in a buffer that moves on as it is written. */
export interface Writer {
  buffer: Buffer;
  offset: number;
}

/** Writes a number of 32 bits. */
export function writeVarint(writer: Writer, value: number): void {
  const { buffer } = writer;
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left > 0x7f; left >>>= 7) buffer[writer.offset++] = (left & 0x7f) | 0x80;
  buffer[writer.offset++] = left;
}

/** In bytes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = ((value << 1) ^ (value >> 31)) >>> 0; left > 0x7f; left >>>= 7) size += 1;
  return size;
}

/** Writes a number of up to 53 bits. */
export function writeVarlong(writer: Writer, value: number): void {
  const { buffer } = writer;
  let left = zigzag(value);
  for (; left > 0x7f; left = Math.floor(left / 128)) buffer[writer.offset++] = (left % 128) | 0x80;
  buffer[writer.offset++] = left;
}

/** In bytes. */
export function sizeOfVarlong(value: number): number {
  let size = 1;
  for (let left = zigzag(value); left > 0x7f; left = Math.floor(left / 128)) size += 1;
  return size;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
