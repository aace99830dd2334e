import { describe, expect, it } from '@jest/globals';
import { identifierKey, orderedIdentifiers, primaryIdentifier } from './order.js';
import { defaultIdentifierRules } from './rules.js';

const rules = defaultIdentifierRules();

describe('the order of identifiers', () => {
  it('is that of the priorities, whatever order they came in', () => {
    expect(orderedIdentifiers({ anonymous_id: 'a', email_sha256: 'e', user_id: 'u' }, rules)).toEqual([['user_id', 'u'], ['email_sha256', 'e'], ['anonymous_id', 'a']]);
    expect(primaryIdentifier({ anonymous_id: 'a', hubspot_contact_id: '1:2' }, rules)).toEqual(['hubspot_contact_id', '1:2']);
  });

  it('leaves out types that the rules do not have', () => {
    expect(primaryIdentifier({ loyalty_id: 'l' }, rules)).toBeUndefined();
    expect(orderedIdentifiers({ loyalty_id: 'l', user_id: 'u' }, rules)).toEqual([['user_id', 'u']]);
  });

  it('writes an identifier as type and value', () => {
    expect(identifierKey('hubspot_contact_id', '62515:123')).toBe('hubspot_contact_id:62515:123');
  });
});
