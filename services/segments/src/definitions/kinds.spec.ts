import { describe, expect, it } from '@jest/globals';
import { decimalOf, instantOf, KINDS } from './kinds.js';

describe('a text as a number', () => {
  it.each([['0', 0n], ['12', 12_000_000n], ['-2.5', -2_500_000n], ['007', 7_000_000n], ['-0.000001', -1n], ['999999999999.999999', 999_999_999_999_999_999n]])('%s counts as %d millionths', (text, millionths) => {
    expect(decimalOf(text)).toBe(millionths);
  });

  it.each(['', ' 1', '1 ', '1\n', '1e3', '+1', '1.', '.5', '1.0000001', '1234567890123', '0x10', 'NaN', '١'])('%j is none', (text) => {
    expect(decimalOf(text)).toBeNull();
  });
});

describe('values in definitions', () => {
  it('are refused where another kind is meant', () => {
    expect([KINDS.number.parse('5'), KINDS.number.parse(1.5), KINDS.number.parse(2 ** 53), KINDS.text.parse(5), KINDS.flag.parse('true'), KINDS.time.parse('soon'), KINDS.decimal.parse(1e-7)]).toEqual(Array(7).fill(undefined));
  });

  it('have the text that a record would hold in place of half a character', () => {
    expect(KINDS.text.parse('a\ud800')).toBe('a\ufffd');
  });

  it('are literals that ClickHouse compares exactly', () => {
    expect(KINDS.decimal.sql(KINDS.decimal.parse(-2.5)!)).toBe("toDecimal64('-2.500000', 6)");
    expect(KINDS.text.sql("it's")).toBe("'it\\'s'");
  });
});

describe('an instant', () => {
  it('needs an offset, or is a day', () => {
    expect(['2026-01-15', '2026-01-15T12:00:00Z', '2026-01-15T13:00:00.5+01:00', '2026-01-15T12:00:00', '2026-13-01', '15.01.2026'].map(instantOf)).toEqual([
      1_768_435_200_000, 1_768_478_400_000, 1_768_478_400_500, undefined, undefined, undefined,
    ]);
  });
});
