import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { ACTIVITY_NAMESPACE, PROFILE_NAMESPACE, activityIdOf, profileIdOf } from './uuid.js';

describe('uuidV5', () => {
  it('gives the ids of RFC 9562 version 5 for any name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(profileIdOf(name)).toBe(v5(name, PROFILE_NAMESPACE));
      expect(activityIdOf(name)).toBe(v5(name, ACTIVITY_NAMESPACE));
    }));
  });

  it('keeps the ids of profiles that exist already', () => {
    expect(profileIdOf('user_id:u-1')).toBe('9264cd51-5bd3-5591-8470-e9578f9bb3d1');
  });
});
