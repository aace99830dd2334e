import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifySvix, type SvixRequest } from './svix-signature.js';

// The example of Svix' documentation: https://docs.svix.com/receiving/verifying-payloads/how
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = '1614265330';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const NOW = 1_614_265_330_000;
const request = (changes: Partial<SvixRequest> = {}): SvixRequest =>
  ({ secrets: [{ name: 'shop', key: SECRET }], id: ID, timestamp: TIMESTAMP, signature: SIGNATURE, body: Buffer.from('{"test": 2432232314}'), now: NOW, ...changes });
const sign = (secret: string, body: Buffer) => `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${ID}.${TIMESTAMP}.`).update(body).digest('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describe('a request of Resend', () => {
  it('passes with the signature that the documentation of Svix has', () => {
    expect(verifySvix(request())).toEqual({ ok: true, account: 'shop' });
  });

  it('passes where one of several signatures is right, or one of several secrets, and has the name of that one', () => {
    expect(verifySvix(request({ signature: `${sign(OTHER_SECRET, Buffer.from('{}'))} v1a,xyz ${SIGNATURE}` }))).toEqual({ ok: true, account: 'shop' });
    expect(verifySvix(request({ secrets: [{ name: 'outlet', key: OTHER_SECRET }, { name: 'shop', key: SECRET }] }))).toEqual({ ok: true, account: 'shop' });
  });

  it('passes 5 minutes before and after, and no further', () => {
    for (const skew of [300_000, -300_000]) expect(verifySvix(request({ now: NOW + skew }))).toEqual({ ok: true, account: 'shop' });
    for (const skew of [300_001, -300_001]) expect(verifySvix(request({ now: NOW + skew }))).toMatchObject({ ok: false, code: 'timestamp', field: 'svix-timestamp' });
  });

  it('passes with a body that is no UTF-8, as bytes are signed', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(verifySvix(request({ body, signature: sign(SECRET, body) }))).toEqual({ ok: true, account: 'shop' });
  });
});

describe('a request of somebody else', () => {
  it.each<[string, Partial<SvixRequest>, string, string]>([
    ['another body', { body: Buffer.from('{"test":2432232314}') }, 'signature', 'svix-signature'],
    ['another id', { id: 'msg_other' }, 'signature', 'svix-signature'],
    ['another timestamp within the window', { timestamp: '1614265331' }, 'signature', 'svix-signature'],
    ['another secret', { secrets: [{ name: 'shop', key: OTHER_SECRET }] }, 'signature', 'svix-signature'],
    ['a signature of another version', { signature: SIGNATURE.replace('v1,', 'v2,') }, 'signature', 'svix-signature'],
    ['a signature that is cut', { signature: SIGNATURE.slice(0, 20) }, 'signature', 'svix-signature'],
    ['an empty signature', { signature: 'v1,' }, 'signature', 'svix-signature'],
    ['no signature', { signature: '' }, 'missing_header', 'svix-signature'],
    ['no id', { id: '' }, 'missing_header', 'svix-id'],
    ['no timestamp', { timestamp: '' }, 'missing_header', 'svix-timestamp'],
    ['a timestamp that is none', { timestamp: '2021-02-25' }, 'timestamp', 'svix-timestamp'],
  ])('is refused for %s, and told what to do', (_name, changes, code, field) => {
    expect(verifySvix(request(changes))).toEqual({ ok: false, code, field, message: expect.stringContaining(field) });
  });
});
