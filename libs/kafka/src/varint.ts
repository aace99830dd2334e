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
