import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { normaliseIdentifier } from './normalise.js';
import { defaultIdentifierRules } from './rules.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hashOf = (type: string, raw: string) => {
  const result = normaliseIdentifier(type, raw);
  return result.ok ? result.value : result.code;
};

describe('an e-mail address', () => {
  it('gives the hash that Meta documents for its example of a Gmail address without dots', () => {
    expect(hashOf('email_sha256', ' John_Smith@gmail.com ')).toBe('62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f');
  });

  it.each([
    ['Mixed case and outer space', '\t Jane.Doe@Example.COM \n', 'jane.doe@example.com'],
    ['Space inside, as Google asks', 'jane doe@example.com', 'janedoe@example.com'],
    ['Zero-width space from a paste', 'jane@exam\u200bple.com', 'jane@example.com'],
    ['Gmail with dots', 'J.a.n.e@Gmail.com', 'jane@gmail.com'],
    ['Googlemail with dots keeps its domain', 'j.ane@googlemail.com', 'jane@googlemail.com'],
    ['Plus tag stays', 'ja.ne+Shop@gmail.com', 'jane+shop@gmail.com'],
    ['Dots of other domains stay', 'ja.ne@gmail.co', 'ja.ne@gmail.co'],
    ['Decomposed accents compose', 'rene\u0301@example.com', 'rené@example.com'],
    ['Domain of another script', 'jane@müller.example', 'jane@müller.example'],
  ])('%s', (_name, raw, normalised) => {
    expect(hashOf('email_sha256', raw)).toBe(sha256(normalised));
  });

  it.each(['jane', 'jane@', '@example.com', 'jane@example', 'jane@@example.com', 'a@x.com,b@x.com', 'Jane <jane@example.com>',
    'mailto:jane@example.com', '"j d"@example.com', '...@gmail.com', 'jane@-example.com', 'jane@example.com.', 'ja\u0000ne@example.com'])('%j is refused', (raw) => {
    expect(normaliseIdentifier('email_sha256', raw)).toMatchObject({ ok: false, code: 'invalid' });
  });

  it('is never repeated in a refusal', () => {
    const result = normaliseIdentifier('email_sha256', 'secret.person@nowhere');
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('longer than an address can be is refused', () => {
    expect(normaliseIdentifier('email_sha256', `${'a'.repeat(244)}@example.com`)).toMatchObject({ code: 'invalid' });
    expect(normaliseIdentifier('email_sha256', `${'a'.repeat(300)}@example.com`)).toMatchObject({ code: 'too_long' });
  });
});

describe('a phone number', () => {
  it.each([
    ['+18005550100', '+18005550100'],
    ['+1 (800) 555-0100', '+18005550100'],
    ['+49 (0) 30 / 123.456-7', '+49301234567'],
    ['\u202a+44\u00a020 7946 0958\u202c', '+442079460958'],
    ['+39 06 698', '+3906698'],
  ])('%s becomes %s', (raw, normalised) => {
    expect(hashOf('phone_sha256', raw)).toBe(sha256(normalised));
  });

  it.each(['030 1234567', '0049 30 1234567', '(800) 555-0100', '18005550100', '+1-800-FLOWERS', '+49 30 1234567 ext. 5',
    '+39 (0)6 698', '+0301234567', '+4930', '+1234567890123456', '+', '++4930123456'])('%s is refused, not guessed at', (raw) => {
    expect(normaliseIdentifier('phone_sha256', raw)).toMatchObject({ ok: false, code: 'invalid' });
  });
});

describe('a value that is hashed already', () => {
  it('passes in lower case, whichever case it came in', () => {
    const hashed = sha256('jane@example.com');
    expect(hashOf('email_sha256', ` ${hashed.toUpperCase()} `)).toBe(hashed);
    expect(hashOf('email_sha256', 'JANE@example.com')).toBe(hashed);
  });

  it('is blocked where it is the hash of a blocked value, in every form that platforms hash', () => {
    for (const value of ['test@test.com', '', 'null', 'undefined']) expect(hashOf('email_sha256', sha256(value))).toBe('blocked');
    for (const value of ['+11111111111', '11111111111', '0']) expect(hashOf('phone_sha256', sha256(value).toUpperCase())).toBe('blocked');
  });
});

describe('a blocked value', () => {
  it.each([
    ['user_id', 'NULL'], ['user_id', ' undefined '], ['user_id', ''], ['user_id', '   '], ['anonymous_id', '00000000-0000-0000-0000-000000000000'],
    ['anonymous_id', '[object Object]'], ['email_sha256', 'Test@Test.com'], ['email_sha256', 'none'], ['phone_sha256', '+11111111111'], ['phone_sha256', 'N/A'],
  ])('%s %j is blocked', (type, value) => {
    expect(normaliseIdentifier(type, value)).toMatchObject({ ok: false, code: 'blocked' });
    expect(defaultIdentifierRules().isBlocked(type, value)).toBe(true);
  });

  it('is recognised under its separators', () => {
    expect(hashOf('phone_sha256', '+1 (111) 111-1111')).toBe('blocked');
    expect(hashOf('email_sha256', 'no ne@none.com')).toBe('blocked');
  });

  it('of one type is no blocked value of another', () => {
    expect(hashOf('user_id', 'test@test.com')).toBe('test@test.com');
  });
});

describe('any other identifier', () => {
  it('keeps its case and loses outer space', () => {
    expect(hashOf('user_id', ' User-7 ')).toBe('User-7');
    expect(hashOf('hubspot_contact_id', '62515:123')).toBe('62515:123');
  });

  it.each([['a\u0007b', 'invalid'], ['a\nb', 'invalid'], ['a\u2028b', 'invalid'], ['a\u200bb', 'invalid'], ['a\ud800', 'invalid'], ['a'.repeat(257), 'too_long']])('%j is refused', (raw, code) => {
    expect(normaliseIdentifier('user_id', raw)).toMatchObject({ ok: false, code });
  });

  it('of an unknown type is refused with the types there are', () => {
    for (const type of ['loyalty_id', '__proto__', '']) {
      const result = normaliseIdentifier(type, 'x');
      expect(result).toMatchObject({ ok: false, code: 'unknown_type', message: expect.stringContaining('user_id, hubspot_contact_id') });
    }
  });
});

describe('normaliseIdentifier', () => {
  const types = [...defaultIdentifierRules().types.keys()];
  const person = fc.stringMatching(/^[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9.]{1,20}\.[a-zA-Z]{2,3}$/);
  const phone = fc.stringMatching(/^\+?[0-9 ().-]{5,20}$/);
  const raw = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), person, phone, fc.stringMatching(/^[0-9a-fA-F]{64}$/));

  it('never throws, and gives its own result again for its result', () => {
    fc.assert(fc.property(fc.constantFrom(...types), raw, (type, value) => {
      const first = normaliseIdentifier(type, value);
      if (first.ok) expect(normaliseIdentifier(type, first.value)).toEqual(first);
      else expect(first.message.length).toBeGreaterThan(10);
    }), { numRuns: 2000 });
  });

  it('never throws on a type', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), raw, (type, value) => {
      expect(typeof normaliseIdentifier(type, value).ok).toBe('boolean');
    }));
  });

  it('gives one hash for any casing and spacing of an e-mail address', () => {
    fc.assert(fc.property(person, (value) => {
      expect(normaliseIdentifier('email_sha256', ` ${value.toUpperCase()}\t`)).toEqual(normaliseIdentifier('email_sha256', value.toLowerCase()));
    }));
  });

  it('gives only hashes of 64 hex digits for hashed types', () => {
    fc.assert(fc.property(fc.constantFrom('email_sha256', 'phone_sha256'), raw, (type, value) => {
      const result = normaliseIdentifier(type, value);
      if (result.ok) expect(result.value).toMatch(/^[0-9a-f]{64}$/);
    }));
  });
});
