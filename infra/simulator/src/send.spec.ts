// Requests are sent with the platforms' credentials, and again until the service answers.
import { createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requestHeaders } from './credentials.js';
import { demoCustomer } from './demo-customer.js';
import type { NativeRequest } from './request.js';
import { Connections, send } from './send.js';
import { simulate } from './simulate.js';
import { adRequests, mailRequests } from './shop/requests.js';
import { shop } from './shop/shop.js';
import { SENDGRID_KEYS, startTestService, type Misbehaviour, type TestService } from './test-service.js';

const [web, , , , , , , crm] = demoCustomer('spec').steps.map((step) => step.request()) as [NativeRequest, ...NativeRequest[]];
const imported = [...simulate({ seed: 1, events: 1000 })][0]!;

const [mail, report] = requestsOfShop();

/** Of its first mail, and of its first day of ads. */
function requestsOfShop(): [NativeRequest, NativeRequest] {
  let mailed: NativeRequest | undefined;
  let reported: NativeRequest | undefined;
  for (const happening of shop({ seed: 1, from: Date.UTC(2026, 7, 1), sessionsPerDay: 200 })) {
    if (happening.platform === 'mail') [mailed] = mailRequests([happening]);
    if (happening.platform === 'ads') [reported] = adRequests(happening);
    if (mailed && reported) return [mailed, reported];
  }
  throw new Error('the shop has no end');
}

let service: TestService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function sendTo(request: NativeRequest, misbehave?: (index: number) => Misbehaviour) {
  service = await startTestService(misbehave);
  const connections = new Connections();
  try {
    return await send(request, service.targets, { connections });
  } finally {
    connections.close();
  }
}

/** Independent of the code under test: WebCrypto over the text that HubSpot describes. */
async function hmac(secret: string, message: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message)))));
}

describe('send', () => {
  it('signs webhooks as HubSpot does, with the address that HubSpot knows', async () => {
    await sendTo(crm!);
    const { body, headers } = service!.taken[0]!;
    const timestamp = headers['x-hubspot-request-timestamp'] as string;
    expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
    expect(headers['x-hubspot-signature-v3']).toBe(await hmac('secret', `POSThttps://hooks.shop.example/webhooks/hubspot${body}${timestamp}`));
    expect(headers.authorization).toBeUndefined();
  });

  it('signs every attempt anew, as a signature is valid for five minutes', () => {
    const targets = { hubspotSecret: 's', hubspotWebhookUrl: 'https://a.example/', webUrl: '', crmUrl: '', webWriteKey: '', crmImportKey: '' };
    const [first, second] = [1, 400_000].map((now) => requestHeaders(crm!, targets, now));
    expect(second!['x-hubspot-request-timestamp']).toBe('400000');
    expect(second!['x-hubspot-signature-v3']).not.toBe(first!['x-hubspot-signature-v3']);
  });

  it('gives the write key as user name without a password, and the import key as a bearer', async () => {
    await sendTo(web);
    expect(service!.taken[0]!.headers.authorization).toBe(`Basic ${btoa('write-key:')}`);
    await service!.close();
    await sendTo(imported);
    expect(service!.taken[0]!.headers.authorization).toBe('Bearer import-key');
    expect(service!.taken[0]!.headers['content-type']).toBe('application/x-ndjson');
  });

  it('signs events of mails as SendGrid does, with a key pair', async () => {
    expect(await sendTo(mail)).toMatchObject({ status: 200, accepted: 1 });
    const { body, headers } = service!.taken[0]!;
    const timestamp = headers['x-twilio-email-event-webhook-timestamp'] as string;
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60);
    const key = createPublicKey({ key: SENDGRID_KEYS.publicKey, format: 'der', type: 'spki' });
    const signature = Buffer.from(headers['x-twilio-email-event-webhook-signature'] as string, 'base64');
    expect(verify('sha256', Buffer.from(timestamp + body), key, signature)).toBe(true);
    expect(verify('sha256', Buffer.from(`${timestamp}${body} `), key, signature)).toBe(false);
  });

  it('gives the key of reports as a bearer', async () => {
    expect(await sendTo(report)).toMatchObject({ status: 200, accepted: report.events });
    expect(service!.taken[0]!.headers.authorization).toBe('Bearer reports-key');
  });

  it('says what is missing in the targets, instead of trying again', async () => {
    service = await startTestService();
    const { emailUrl: _address, ...targets } = service.targets;
    const connections = new Connections();
    await expect(send(mail, targets, { connections })).rejects.toThrow('no emailUrl');
    await expect(send(mail, { ...service.targets, sendgridKey: undefined }, { connections })).rejects.toThrow('no sendgridKey');
    await expect(send({ ...mail, path: '/webhooks/other' }, service.targets, { connections })).rejects.toThrow('email /webhooks/other');
    connections.close();
    expect(service.taken).toEqual([]);
  });

  it('repeats the same body until it is answered, and says how often it may have been taken', async () => {
    const answer = await sendTo(web, (index) => (['away', 'silent', 'away'] as const)[index]);
    expect(answer).toMatchObject({ status: 200, accepted: 2, quarantined: 0, rejected: [], attempts: 4, possiblyTaken: 3 });
    expect(service!.taken.map(({ body }) => body)).toEqual([web.body.toString(), web.body.toString()]);
  });

  it('waits for a service that is not there yet, knowing that it took nothing', async () => {
    const early = await startTestService();
    await early.close();
    const connections = new Connections();
    const sending = send(web, early.targets, { connections });
    await new Promise((resolve) => setTimeout(resolve, 120));
    service = await startTestService(undefined, 0, Number(new URL(early.url).port));
    const answer = await sending;
    connections.close();
    expect(answer).toMatchObject({ status: 200, possiblyTaken: 0 });
    expect(answer.attempts).toBeGreaterThan(1);
    expect(service.taken.length).toBe(1);
  });

  it('gives up when it is told to', async () => {
    service = await startTestService(() => 'away');
    const connections = new Connections();
    const abort = new AbortController();
    const onAttempt = (attempt: number) => {
      if (attempt === 3) abort.abort(new Error('long enough'));
    };
    await expect(send(web, service.targets, { connections, signal: abort.signal, onAttempt })).rejects.toThrow('long enough');
    connections.close();
  });

  it('reads the rejections of an answer', async () => {
    const answer = await sendTo({ ...web, body: Buffer.from('{"batch":[{"type":"pageview","anonymousId":"a"}]}') });
    expect(answer).toMatchObject({ status: 200, accepted: 0, rejected: [{ index: 0, code: 'invalid' }] });
  });
});
