import { describe, expect, it } from '@jest/globals';
import { checkKnown } from './saved-definitions.js';

describe('the API after a start', () => {
  it('has to be asked again until written definitions are known: it would take them for unknown ones', () => {
    expect(() => checkKnown('/v1/segments/buyers', { isRead: false })).toThrow(expect.objectContaining({ status: 503, headers: { 'retry-after': '1' }, rejection: expect.objectContaining({ code: 'starting' }) }));
    expect(() => checkKnown('/v1/segments/buyers', { isRead: true })).not.toThrow();
  });

  it('describes itself at once', () => {
    expect(() => checkKnown('/openapi.json', { isRead: false })).not.toThrow();
  });
});
