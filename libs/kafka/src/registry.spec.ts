import { describe, expect, it } from '@jest/globals';
import { avroType, type AvroRecordSchema, type Product } from '@tideway/contracts';
import fc from 'fast-check';
import { Decoder } from './registry.js';
import { encodeWire } from './wire.js';

const seat = { type: 'record', name: 'Seat', fields: [{ name: 'row', type: 'int' }] };
const WRITER = {
  type: 'record', name: 'Booking', namespace: 'shop',
  fields: [{ name: 'id', type: 'string' }, { name: 'first', type: seat }, { name: 'tags', type: { type: 'array', items: 'string' } }, { name: 'at', type: 'long' }, { name: 'second', type: ['null', 'shop.Seat'] }],
} as unknown as AvroRecordSchema;
const type = avroType(WRITER);
const product = (schema: AvroRecordSchema = WRITER) => ({ schema }) as Product;
const registry = { writer: async (id: number) => ({ id, schema: WRITER, type }) };
const anyText = fc.string({ maxLength: 20 });
const anyBooking = fc.record({
  id: anyText, first: fc.record({ row: fc.nat() }), tags: fc.array(anyText), at: fc.nat(), second: fc.option(fc.record({ row: fc.nat() })),
});

describe('Decoder', () => {
  it('makes of any fields that are wanted what a whole record has of them', async () => {
    await fc.assert(fc.asyncProperty(anyBooking, fc.subarray(['id', 'first', 'tags', 'at'], { minLength: 1 }), async (booking, fields) => {
      const value = encodeWire(7, type, booking);
      const whole = await new Decoder<Record<string, unknown>>(registry, product()).decode(value);
      const some = await new Decoder<Record<string, unknown>>(registry, product(), fields).decode(value);
      expect(JSON.stringify(some)).toBe(JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([name]) => fields.includes(name)))));
    }));
  });

  it('looks at nothing behind the last field that is wanted', async () => {
    const value = encodeWire(7, type, { id: 'a', first: { row: 3 }, tags: [], at: 5, second: null });
    const broken = value.subarray(0, value.length - 1);
    expect({ ...(await new Decoder<{ at: number }>(registry, product(), ['at']).decode(broken)) }).toEqual({ at: 5 });
    await expect(new Decoder(registry, product()).decode(broken)).rejects.toThrow('does not decode by schema 7');
    await expect(new Decoder(registry, product(), ['at']).decode(value.subarray(0, value.length - 2))).rejects.toThrow('does not decode by schema 7');
  });

  it('gives a wanted field that the writer lacks its default', async () => {
    const reader = { ...WRITER, fields: [...WRITER.fields, { name: 'note', type: 'string', default: 'none' }] } as AvroRecordSchema;
    const value = encodeWire(7, type, { id: 'a', first: { row: 3 }, tags: [], at: 5, second: null });
    expect({ ...(await new Decoder<object>(registry, product(reader), ['note']).decode(value)) }).toEqual({ note: 'none' });
  });
});
