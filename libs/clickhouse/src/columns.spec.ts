import { describe, expect, it } from '@jest/globals';
import { columnDefinition, columnOf, columnType, literal, quoted } from './columns.js';

describe('a ClickHouse column', () => {
  it.each([
    ['string', 'String'], [['null', 'long'], 'Nullable(Int64)'], [{ type: 'string', logicalType: 'uuid' }, 'UUID'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, "DateTime64(3, 'UTC')"], [{ type: 'int', logicalType: 'date' }, 'Date32'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 18, scale: 6 }, 'Decimal(18, 6)'],
    [{ type: 'enum', name: 'E', symbols: ['a'] }, 'LowCardinality(String)'], [['null', { type: 'enum', name: 'E', symbols: ['a'] }], 'LowCardinality(Nullable(String))'],
    [{ type: 'map', values: 'string' }, 'Map(String, String)'], [['null', { type: 'map', values: 'string' }], 'Map(String, String)'],
    [{ type: 'array', items: { type: 'record', name: 'I', fields: [{ name: 'id', type: 'string' }, { name: 'n', type: ['null', 'int'] }] } }, 'Array(Tuple(`id` String, `n` Nullable(Int32)))'],
  ] as const)('of %j is %s', (avro, expected) => {
    expect(columnType(avro as never)).toBe(expected);
  });

  it('refuses a union of two types', () => {
    expect(() => columnType(['string', 'long'])).toThrow('not one type with null');
  });

  it('takes over the default of a field', () => {
    expect(columnDefinition(columnOf({ name: 'origin', type: 'string', default: "it's" }))).toBe("`origin` String DEFAULT 'it\\'s'");
    expect(columnDefinition(columnOf({ name: 'n', type: ['null', 'long'], default: null }))).toBe('`n` Nullable(Int64)');
  });

  it('quotes names and text that would break out', () => {
    expect(quoted('a`b\\')).toBe('`a\\`b\\\\`');
    expect(literal("a'b\\")).toBe("'a\\'b\\\\'");
  });
});
