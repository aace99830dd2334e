import { describe, expect, it } from '@jest/globals';
import { parseExactly } from './exact-json.js';

describe('parseExactly', () => {
  it('keeps ids that no number holds, as text', () => {
    expect(parseExactly('{"ad_id": 120210000000000033, "n": 5, "at": "120210000000000033", "x": 1.5, "list": [9007199254740993]}'))
      .toEqual({ ad_id: '120210000000000033', n: 5, at: '120210000000000033', x: 1.5, list: ['9007199254740993'] });
  });

  it('throws for what is no JSON', () => {
    expect(() => parseExactly('{"a": 1234567890123456')).toThrow(SyntaxError);
  });
});
