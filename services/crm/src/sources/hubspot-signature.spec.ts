import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyHubspot, verifyHubspotV3, type HubspotRequest, type HubspotV3Request } from './hubspot-signature.js';

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

describe('a request with a signature of v1 or v2', () => {
  // The examples of https://legacydocs.hubspot.com/docs/faq/v1-request-validation and .../v2-request-validation.
  const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const undated = (changes: Partial<HubspotRequest> = {}): HubspotRequest => ({
    secret: SECRET, method: 'POST', uri: 'https://www.example.com/webhook_uri', timestamp: '', signature: '', now: NOW, allowUndated: true,
    body: Buffer.from('{"example_field":"example_value"}'), version: 'v2', undatedSignature: '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900', ...changes,
  });
  const v1 = {
    version: 'v1', undatedSignature: '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
    body: Buffer.from('[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'),
  };

  it('passes where it is allowed, by the examples of the documentation', () => {
    for (const changes of [{}, v1]) expect(verifyHubspot(undated(changes))).toEqual({ ok: true });
    const get = { method: 'GET', body: Buffer.alloc(0), undatedSignature: 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e' };
    expect(verifyHubspot(undated(get))).toEqual({ ok: true });
  });

  it('is refused where it is not allowed, and told what is', () => {
    for (const changes of [{}, v1]) expect(verifyHubspot(undated({ ...changes, allowUndated: false }))).toMatchObject({ ok: false, code: 'undated_signature', field: 'x-hubspot-signature', message: expect.stringContaining('HUBSPOT_ALLOW_V1_V2') });
  });

  it('is judged by v3 alone where it has that too, right or wrong', () => {
    const body = undated().body;
    const both = { timestamp: String(NOW), signature: createHmac('sha256', SECRET).update('POSThttps://www.example.com/webhook_uri').update(body).update(String(NOW)).digest('base64') };
    expect(verifyHubspot(undated({ ...both, undatedSignature: 'wrong', allowUndated: false }))).toEqual({ ok: true });
    expect(verifyHubspot(undated({ ...both, timestamp: String(NOW - 300_001) }))).toMatchObject({ code: 'timestamp', field: 'x-hubspot-signature-v3' });
    expect(verifyHubspot(undated({ ...both, signature: 'wrong' }))).toMatchObject({ code: 'signature' });
  });

  it.each<[string, Partial<HubspotRequest>, string]>([
    ['another body', { body: Buffer.from('{}') }, 'signature'],
    ['another URL in v2', { uri: 'https://www.example.com/other' }, 'signature'],
    ['the wrong version', { version: 'v1' }, 'signature'],
    ['no version', { version: '' }, 'missing_header'],
    ['an unknown version', { version: 'v4' }, 'missing_header'],
    ['a short signature', { undatedSignature: '9569' }, 'signature'],
    ['no secret configured', { secret: '', undatedSignature: createHash('sha256').update('POSThttps://www.example.com/webhook_uri{"example_field":"example_value"}').digest('hex') }, 'no_secret'],
    ['no signature at all', { undatedSignature: '' }, 'missing_header'],
  ])('is refused with %s', (_name, changes, code) => {
    expect(verifyHubspot(undated(changes))).toMatchObject({ ok: false, code });
  });
});
