import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyHubspotV3, type HubspotV3Request } from './hubspot-signature.js';

const NOW = 1_795_000_000_000;
const URI = 'https://hooks.example.com/webhooks/hubspot';
const BODY = Buffer.from('[{"eventId":1,"subscriptionId":12345,"portalId":62515,"name":"Jos\u00e9"}]');
const sign = (source: string, body = BODY, timestamp = String(NOW), secret = 'client-secret') =>
  createHmac('sha256', secret).update(source).update(body).update(timestamp).digest('base64');
const request = (changes: Partial<HubspotV3Request> = {}): HubspotV3Request =>
  ({ secret: 'client-secret', method: 'POST', uri: URI, body: BODY, timestamp: String(NOW), signature: sign(`POST${URI}`), now: NOW, ...changes });

describe('a request of HubSpot', () => {
  it('passes with the signature of its method, URI, body and timestamp', () => {
    expect(verifyHubspotV3(request())).toEqual({ ok: true });
  });

  it('has one signature for a known request, so that the formula cannot drift', () => {
    // printf '%s' 'POSThttps://www.example.com/webhook_uri{"example_field":"example_value"}1795000000000' | openssl dgst -sha256 -hmac client-secret -binary | base64
    const known = request({ uri: 'https://www.example.com/webhook_uri', body: Buffer.from('{"example_field":"example_value"}') });
    expect(verifyHubspotV3({ ...known, signature: 'dQbB/La6ulpczsxrsqw7dxsbTXa8OtcdhcPagW+az20=' })).toEqual({ ok: true });
  });

  it('passes 5 minutes before and after, and no further', () => {
    for (const skew of [300_000, -300_000]) expect(verifyHubspotV3(request({ now: NOW + skew }))).toEqual({ ok: true });
    for (const skew of [300_001, -300_001]) expect(verifyHubspotV3(request({ now: NOW + skew }))).toMatchObject({ ok: false, code: 'timestamp' });
  });

  it('is signed over its URI with the 12 documented escapes decoded, once, and no others', () => {
    const uri = `${URI}?a=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B&b=%20%26%253A`;
    const decoded = `${URI}?a=:/?@!$'()*,;&b=%20%26%253A`;
    expect(verifyHubspotV3(request({ uri, signature: sign(`POST${decoded}`) }))).toEqual({ ok: true });
    expect(verifyHubspotV3(request({ uri, signature: sign(`POST${uri}`) }))).toMatchObject({ code: 'signature' });
  });

  it('passes with a body that is no UTF-8, as bytes are signed', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(verifyHubspotV3(request({ body, signature: sign(`POST${URI}`, body) }))).toEqual({ ok: true });
  });
});

describe('a request of somebody else', () => {
  it.each<[string, Partial<HubspotV3Request>]>([
    ['another body', { body: Buffer.from('[]') }],
    ['another method', { method: 'GET' }],
    ['another URI', { uri: `${URI}/` }],
    ['another secret', { secret: 'other' }],
    ['a timestamp that was not signed', { timestamp: String(NOW + 1) }],
    ['a signature of another length', { signature: 'short' }],
    ['a signature that is right but for its end', { signature: sign(`POST${URI}`).replace(/=$/, 'A') }],
  ])('is refused with %s', (_name, changes) => {
    expect(verifyHubspotV3(request(changes))).toMatchObject({ ok: false, code: 'signature' });
  });

  it('is refused without a header, and with a timestamp that is none', () => {
    for (const changes of [{ signature: undefined }, { timestamp: undefined }, { signature: '' }]) expect(verifyHubspotV3(request(changes))).toMatchObject({ code: 'missing_header' });
    for (const timestamp of ['soon', '1e12', '-5', '1795000000.5', '9'.repeat(30)]) expect(verifyHubspotV3(request({ timestamp }))).toMatchObject({ code: 'timestamp' });
  });

  it('is refused where no secret is configured, although an empty one could sign', () => {
    expect(verifyHubspotV3(request({ secret: '', signature: sign(`POST${URI}`, BODY, String(NOW), '') }))).toMatchObject({ code: 'no_secret' });
  });
});
