import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { identifierOf } from './customers-command.js';

describe('the identifier of who is to be erased', () => {
  it('is normalised, and hashed where its type is, so that no raw address is sent', () => {
    expect(identifierOf('user_id: u-1 ')).toEqual(['user_id', 'u-1']);
    expect(identifierOf('email_sha256:Jane@Example.com')).toEqual(['email_sha256', createHash('sha256').update('jane@example.com').digest('hex')]);
  });

  it.each(['u-1', 'shoe_size:44', 'email_sha256:nobody', ''])('%j is refused with what to write, without the value', (asked) => {
    expect(() => identifierOf(asked)).toThrow(/^the identifier must be type:value, such as user_id:u-1; /);
    expect(() => identifierOf(asked)).not.toThrow(/nobody/);
  });
});
