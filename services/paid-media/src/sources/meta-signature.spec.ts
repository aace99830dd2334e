import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verifyMetaSignature } from './meta-signature.js';

const secret = 'app-secret';
const body = Buffer.from('{"object":"page","entry":[]}');
const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

describe("Meta's signature", () => {
  it('is taken for the secret and the bytes that it was made of', () => {
    expect(verifyMetaSignature({ secret, body, signature })).toEqual({ ok: true });
  });

  it.each([
    ['another secret', { secret: 'x' }, 'signature'],
    ['a changed body', { body: Buffer.from('{"object":"page","entry":[] }') }, 'signature'],
    ['the older SHA-1', { signature: `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` }, 'signature'],
    ['no header', { signature: '' }, 'missing_header'],
    ['no secret here', { secret: '' }, 'no_secret'],
  ])('is refused with %s', (_what, change, code) => {
    expect(verifyMetaSignature({ secret, body, signature, ...change })).toEqual({ ok: false, code, message: expect.any(String) });
  });

  it('is no other text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }).filter((text) => text.trim() !== signature), (text) => {
      expect(verifyMetaSignature({ secret, body, signature: text }).ok).toBe(false);
    }), { numRuns: 200 });
  });
});
