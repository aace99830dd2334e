import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sqlName, sqlText } from './literal.js';

/** What a lexer of ClickHouse sees: the text between the first quote and the first one that is not escaped. */
function endOfLiteral(sql: string): number {
  for (let index = 1; index < sql.length; index += 1) {
    if (sql[index] === '\\') index += 1;
    else if (sql[index] === sql[0]) return index;
  }
  return -1;
}

describe('a literal', () => {
  it('ends where it should, whatever is in it', () => {
    const hostile = fc.string({ unit: fc.constantFrom("'", '\\', '`', '\0', '\n', '-', ';', '{', '}', 'a', 'ü') });
    fc.assert(fc.property(fc.oneof(hostile, fc.string({ unit: 'grapheme' })), (text) => {
      expect(endOfLiteral(sqlText(text))).toBe(sqlText(text).length - 1);
      expect(endOfLiteral(sqlName(text))).toBe(sqlName(text).length - 1);
    }));
  });

  it('is readable in a log', () => {
    expect(sqlText("it's\n\\")).toBe("'it\\'s\\n\\\\'");
  });
});
