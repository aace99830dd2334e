// Scores of small groups that can be counted by hand.
import { describe, expect, it } from '@jest/globals';
import { scoreIdentity } from './identity-score.js';

/** `a:1 b:1` -> a and b belong to 1. */
const groups = (text: string) => new Map(text.split(' ').map((one) => one.split(':') as [string, string]));

describe('scoreIdentity', () => {
  it('gives 1 where profiles are people', () => {
    expect(scoreIdentity(groups('a:1 b:1 c:2'), groups('a:x b:x c:y'))).toMatchObject({ identifiers: 3, people: 2, profiles: 2, truePairs: 1, precision: 1, recall: 1, f1: 1 });
  });

  it('counts pairs of different people in one profile against precision, and pairs of one person in two against recall', () => {
    // Pairs of people: ab ac bc de; of profiles: ab cd ce de; of both: ab de.
    expect(scoreIdentity(groups('a:1 b:1 c:1 d:2 e:2'), groups('a:x b:x c:y d:y e:y'))).toMatchObject({ predictedPairs: 4, truePairs: 4, correctPairs: 2, precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(scoreIdentity(groups('a:1 b:2 c:2'), groups('a:x b:x c:x'))).toMatchObject({ precision: 1 / 3, recall: 1, f1: 0.5 });
    expect(scoreIdentity(groups('a:1 b:1'), groups('a:x b:y'))).toMatchObject({ precision: 1, recall: 0, f1: 0 });
  });

  it('leaves out identifiers that one side does not know', () => {
    expect(scoreIdentity(groups('a:1 b:1 never:1'), groups('a:x b:x bot:x'))).toMatchObject({ identifiers: 2, truePairs: 1, predictedPairs: 1, precision: 1, recall: 1 });
  });
});
