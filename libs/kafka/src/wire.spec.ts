import { describe, expect, it } from '@jest/globals';
import { avroType } from '@tideway/contracts';
import { encodeWire, readWire } from './wire.js';

const type = avroType({ type: 'record', name: 'R', fields: [{ name: 'text', type: 'string' }] });

describe('the wire format', () => {
  it('frames a datum with a zero byte and its schema id', () => {
    const framed = encodeWire(258, type, { text: 'hi' });
    expect([...framed]).toEqual([0, 0, 0, 1, 2, 4, 0x68, 0x69]);
    expect(readWire(framed)).toEqual({ schemaId: 258, datum: Buffer.from([4, 0x68, 0x69]) });
  });

  it('takes records larger than its buffer, and does not change earlier ones', () => {
    const small = encodeWire(1, type, { text: 'small' });
    const text = 'x'.repeat(200_000);
    expect(type.fromBuffer(readWire(encodeWire(1, type, { text }))!.datum)).toEqual({ text });
    expect(type.fromBuffer(readWire(small)!.datum)).toEqual({ text: 'small' });
  });

  it('knows what is not framed', () => {
    for (const value of [null, Buffer.alloc(0), Buffer.from('text'), Buffer.from([0, 0, 0])]) expect(readWire(value)).toBeUndefined();
  });
});
