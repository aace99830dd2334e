import { describe, expect, it } from '@jest/globals';
import { readSplit, splitProperties } from './split.js';

const split = { into: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', left: ['user_id:u-1'], consents: { stayed: [], left: [{ purpose: 'marketing', channel: 'any', decision: 'granted', decided_at: 7 }] } };

describe('what an activity tells of a split', () => {
  it('is read as it was written', () => {
    expect(readSplit({ type: 'profile_split', properties: splitProperties(split) })).toEqual(split);
  });

  it('is nothing of another activity, or of one that the customer service did not write: it must stop nobody', () => {
    const properties = splitProperties(split);
    for (const wrong of [{ type: 'page_viewed', properties }, ...[{}, { ...properties, left: 'user_id:u-1' }, { ...properties, consents: '[]' }].map((other) => ({ type: 'profile_split', properties: other as Record<string, string> }))]) {
      expect(readSplit(wrong)).toBeUndefined();
    }
  });
});
