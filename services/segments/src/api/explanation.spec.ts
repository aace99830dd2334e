import { describe, expect, it } from '@jest/globals';
import { reasonsOf } from './explanation.js';

describe('a reason', () => {
  it('tells what a condition that does not hold must be', () => {
    expect(reasonsOf([
      { depth: 0, holds: false, sentence: 'consent to marketing was never given, must be granted' },
      { depth: 0, holds: false, sentence: 'all of these must hold:' },
      { depth: 1, holds: false, sentence: 'orders_14d is 1, must be at least 2 and be less than 9' },
      { depth: 1, holds: true, sentence: 'views_7d is 4, must be at least 3' },
    ]).map(({ must }) => must)).toEqual(['be granted', 'all of these must hold', 'be at least 2 and be less than 9', null]);
  });
});
