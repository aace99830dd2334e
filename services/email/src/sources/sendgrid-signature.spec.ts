import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sendgridKey, verifySendgrid, type SendgridRequest } from './sendgrid-signature.js';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const [own, other] = [pair(), pair()];
const NOW = 1_795_000_000_000;
const TIMESTAMP = '1795000000';
const BODY = Buffer.from('[{"event":"open","name":"Jos\u00e9"}]\r\n');
const signed = (body = BODY, timestamp = TIMESTAMP, key = own.privateKey) => sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key).toString('base64');
const request = (changes: Partial<SendgridRequest> = {}): SendgridRequest =>
  ({ keys: [{ name: 'outlet', key: other.publicKey }, { name: 'shop', key: own.publicKey }], body: BODY, timestamp: TIMESTAMP, signature: signed(), now: NOW, ...changes });

describe('a request of SendGrid', () => {
  it('passes with the signature of timestamp and body, and names the account whose key it is', () => {
    expect(verifySendgrid(request())).toEqual({ ok: true, account: 'shop' });
  });

  it('passes with a key and a signature of the openssl command, so that the formula cannot drift', () => {
    // openssl ecparam -name prime256v1 -genkey -noout -out k.pem; openssl ec -in k.pem -pubout -outform DER | base64 -w0
    // printf '%s' '1795000000[{"event":"open"}]' | openssl dgst -sha256 -sign k.pem | base64 -w0
    const key = sendgridKey('MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6k8vse5JDzefYT36saKyU4J16iG/y/gIvgalefeMHXgbkkzmzPhdbhEjW7bqfKqhuwlURl2mBeRCBCBZZnPzbA==')!;
    const signature = 'MEUCIQDyX/6MCvhuob7uMheLc3HW//852XUFOpwM/dsXY6mRrwIgEXrX10Yh40CFk67vyfJYDb9y9tT//YNZdOIawPznsBU=';
    expect(verifySendgrid(request({ keys: [{ name: 'shop', key }], body: Buffer.from('[{"event":"open"}]'), signature }))).toEqual({ ok: true, account: 'shop' });
  });

  it('passes 25 hours after it was signed and 10 minutes before, and no further', () => {
    for (const skew of [25 * 3_600_000, -600_000]) expect(verifySendgrid(request({ now: NOW + skew }))).toMatchObject({ ok: true });
    for (const skew of [25 * 3_600_000 + 1, -600_001]) expect(verifySendgrid(request({ now: NOW + skew }))).toMatchObject({ ok: false, code: 'timestamp' });
  });
});

describe('a request of somebody else', () => {
  it.each<[string, Partial<SendgridRequest>, string]>([
    ['another body', { body: Buffer.from('[]') }, 'signature'],
    ['another timestamp', { timestamp: '1795000001' }, 'signature'],
    ['another key', { signature: signed(BODY, TIMESTAMP, pair().privateKey) }, 'signature'],
    ['no base64', { signature: '!' }, 'signature'],
    ['a signature of nothing', { signature: Buffer.alloc(70).toString('base64') }, 'signature'],
    ['no key configured', { keys: [] }, 'signature'],
    ['no signature', { signature: '' }, 'missing_header'],
    ['no timestamp', { timestamp: '' }, 'missing_header'],
    ['a timestamp that is none', { timestamp: '1e9' }, 'timestamp'],
  ])('is refused with %s', (_name, changes, code) => {
    expect(verifySendgrid(request(changes))).toMatchObject({ ok: false, code });
  });
});

it('takes keys on P-256 only', () => {
  const text = (key: typeof own.publicKey) => key.export({ type: 'spki', format: 'der' }).toString('base64');
  expect(sendgridKey(text(own.publicKey))).toBeDefined();
  for (const wrong of ['', 'abc', text(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey), text(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)]) expect(sendgridKey(wrong)).toBeUndefined();
});
