import { describe, expect, it } from '@jest/globals';
import { measureStolen, parseProcessorTimes } from './stolen.js';

describe('processor time that is stolen', () => {
  it('is read from the line of all processors', () => {
    expect(parseProcessorTimes('cpu  10 1 5 80 0 0 1 3 0 0\ncpu0 5 0 3 40 0 0 0 1 0 0\n')).toEqual({ all: 100, stolen: 3 });
    expect(parseProcessorTimes('')).toBeUndefined();
  });

  it('is its share of what has passed since', () => {
    const texts = ['cpu  10 0 0 80 0 0 0 10 0 0\n', 'cpu  10 0 0 80 0 0 0 10 0 0\n', 'cpu  30 0 0 150 0 0 0 20 0 0\n'];
    const stolen = measureStolen(() => texts.shift()!);
    expect([stolen(), stolen()]).toEqual([undefined, 0.1]);
  });

  it('is unknown where the machine does not tell', () => expect(measureStolen(() => '')()).toBeUndefined());
});
