import { describe, expect, it } from '@jest/globals';
import { compileValidator, type AvroRecordSchema } from './avro.js';

const schema: AvroRecordSchema = {
  type: 'record', name: 'R', fields: [
    { name: 'id', type: { type: 'string', logicalType: 'uuid' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'later', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'kind', type: { type: 'enum', name: 'K', symbols: ['a', 'b'] } },
    { name: 'items', type: { type: 'array', items: { type: 'record', name: 'I', fields: [{ name: 'n', type: 'int' }, { name: 'seen', type: { type: 'long', logicalType: 'timestamp-millis' } }] } } },
  ],
};
const valid = { id: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', at: 1_795_000_000_000, later: null, day: 20_777, kind: 'a', items: [{ n: 1, seen: 5 }] };
const validate = compileValidator(schema);

describe('strict validation', () => {
  it('passes a record that fits', () => {
    expect(validate(valid)).toBeUndefined();
  });

  it.each([
    ['a missing field', { ...valid, kind: undefined }, 'required', 'kind'],
    ['a field of its own', { ...valid, extra: 1 }, 'unknown_field', 'extra'],
    ['a wrong type', { ...valid, at: 'now' }, 'type', 'at'],
    ['an unknown symbol', { ...valid, kind: 'z' }, 'enum', 'kind'],
    ['a time before 1970', { ...valid, at: -1 }, 'range', 'at'],
    ['an optional time after 2100', { ...valid, later: 4_102_444_800_001 }, 'range', 'later'],
    ['a date before 1970', { ...valid, day: -1 }, 'range', 'day'],
    ['a date after 2100', { ...valid, day: 20_261_121 }, 'range', 'day'],
    ['a time out of range in a list', { ...valid, items: [{ n: 1, seen: 5 }, { n: 2, seen: -5 }] }, 'range', 'items.1.seen'],
    ['a wrong type in a list', { ...valid, items: [{ n: 1.5, seen: 5 }] }, 'type', 'items.0.n'],
    ['a field too many in a list', { ...valid, items: [{ n: 1, seen: 5, x: 1 }] }, 'unknown_field', 'items.0.x'],
    ['an id that is no uuid', { ...valid, id: 'X' }, 'type', 'id'],
    ['what is no record', 'text', 'type', ''],
    ['null', null, 'type', ''],
  ])('names the field of %s', (_what, record, code, field) => {
    expect(validate(record)).toMatchObject({ code, field });
  });

  it('does not print a whole value into its message', () => {
    expect(validate({ ...valid, at: 'x'.repeat(1_000) })!.message.length).toBeLessThan(150);
  });
});
