// A corrected replay gives the very records that the corrected event would have given at its first delivery.
import { createHash, createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Deliveries, correctedBytes, hashedKeys, nativeRequest, replayed } from '@tideway/intake';
import type { Config } from './config.js';
import { Pipeline } from './pipeline.js';
import { replaySources } from './replay.js';
import { BREVO } from './sources/brevo.samples.js';
import { sendgridKey } from './sources/index.js';
import { MAILJET } from './sources/mailjet.samples.js';
import { RESEND } from './sources/resend.samples.js';
import { SPARKPOST } from './sources/sparkpost.samples.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** After the times of all samples. */
const DELIVERED_AT = 1_795_600_000_250;
const SECONDS = String(Math.floor(DELIVERED_AT / 1_000));
const keys = hashedKeys.parse(`shop:${createHash('sha256').update('key').digest('hex')}`);
const SECRET = Buffer.from('a secret of 24 bytes....');
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ses-events';
const deliveries = new Deliveries();
const pipeline = new Pipeline({
  POSTMARK_WEBHOOK_KEYS: keys, BREVO_WEBHOOK_KEYS: keys, MAILJET_WEBHOOK_KEYS: keys, SPARKPOST_WEBHOOK_KEYS: keys, MAILGUN_SIGNING_KEYS: [{ name: 'shop', key: 'signing' }],
  SENDGRID_VERIFICATION_KEYS: [{ name: 'shop', key: sendgridKey(publicKey.export({ type: 'spki', format: 'der' }).toString('base64'))! }],
  RESEND_WEBHOOK_SECRETS: [{ name: 'shop', key: `whsec_${SECRET.toString('base64')}` }], SES_TOPIC_ARNS: new Set([TOPIC]),
} as unknown as Config, deliveries.intake);
const basic = { authorization: `Basic ${Buffer.from('x:key').toString('base64')}` };

/** A platform through its route; `paths` are places in an event whose values can be wrong, and the values. */
interface Platform {
  event: string;
  faults: Record<string, unknown>;
  deliver(event: string, others: number, id: string): Promise<unknown>;
}

const list = (event: string, others: number, other: unknown) => `[${[...Array<string>(others).fill(JSON.stringify(other)), event].join(',')}]`;
let tokens = 0;

const PLATFORMS: Record<string, Platform> = {
  Postmark: {
    event: JSON.stringify({ RecordType: 'Delivery', MessageID: '883953f4-6105-42a2-a16a-77a8eac79483', ServerID: 23, Recipient: 'john@example.com', DeliveredAt: '2019-11-05T16:33:54.9070259Z' }),
    faults: { Recipient: 'john', DeliveredAt: 'once', RecordType: 'Divination' },
    deliver: (event) => pipeline.postmark(nativeRequest(event, { headers: basic })),
  },
  SendGrid: {
    event: JSON.stringify({ email: 'alex@example.com', timestamp: 1513299569, event: 'delivered', sg_event_id: 'rWVYmVk90MjZJ9iohOBa3w==', sg_message_id: 'm', response: '250 OK' }),
    faults: { email: 'alex', timestamp: 'once', event: 'divined', sg_event_id: null },
    deliver: (event, others) => {
      const [body, timestamp] = [list(event, others, { event: 'account_status_change' }), SECONDS];
      const signature = createSign('sha256').update(timestamp + body).sign(privateKey, 'base64');
      return pipeline.sendgrid(nativeRequest(body, { headers: { 'x-twilio-email-event-webhook-timestamp': timestamp, 'x-twilio-email-event-webhook-signature': signature } }));
    },
  },
  Mailgun: {
    event: JSON.stringify({ 'event-data': { event: 'delivered', id: 'CPgfbmQMTCKtHW6uIWtuVe', timestamp: 1521472262.908181, recipient: 'alice@example.com' } }),
    faults: { 'event-data.recipient': 'alice', 'event-data.timestamp': 'once', 'event-data.id': null, 'event-data.event': 'divined' },
    deliver: (event) => {
      const [timestamp, token] = [SECONDS, String(tokens += 1).padStart(50, '0')];
      const signature = createHmac('sha256', 'signing').update(timestamp + token).digest('hex');
      return pipeline.mailgun(nativeRequest(JSON.stringify({ ...JSON.parse(event) as object, signature: { timestamp, token, signature } })));
    },
  },
  Brevo: {
    event: JSON.stringify(BREVO.click),
    faults: { email: 'x', ts_event: 'once', 'message-id': null, event: 'divined' },
    deliver: (event, others) => pipeline.brevo(nativeRequest(others > 0 ? list(event, others, BREVO.opened) : event, { headers: basic })),
  },
  // Ids beyond what a number holds.
  Mailjet: {
    event: MAILJET.bounce.replace('13792286917004336', '13792286917004337'),
    faults: { email: 'x', time: 'once', event: 'divined' },
    deliver: (event, others) => pipeline.mailjet(nativeRequest(others > 0 ? list(event, others, { event: 'unsub' }) : event, { headers: basic })),
  },
  Resend: {
    event: JSON.stringify(RESEND.delivered),
    faults: { 'data.to[0]': 'x', created_at: 'once', type: 'email.divined' },
    deliver: (event, _others, id) => {
      const timestamp = SECONDS;
      const signature = `v1,${createHmac('sha256', SECRET).update(`${id}.${timestamp}.${event}`).digest('base64')}`;
      return pipeline.resend(nativeRequest(event, { headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature } }));
    },
  },
  SparkPost: {
    event: JSON.stringify(SPARKPOST.click),
    faults: { 'msys.track_event.rcpt_to': 'x', 'msys.track_event.timestamp': 'once', 'msys.track_event.type': 'divined' },
    deliver: (event, others) => pipeline.sparkpost(nativeRequest(list(event, others, SPARKPOST.delivery), { headers: basic })),
  },
  'SparkPost without an event id': {
    event: JSON.stringify({ msys: { track_event: { ...SPARKPOST.click.msys['track_event'] as object, event_id: undefined } } }),
    faults: { 'msys.track_event.rcpt_to': 'x', 'msys.track_event.type': null },
    deliver: (event, others, id) => pipeline.sparkpost(nativeRequest(list(event, others, SPARKPOST.delivery), { headers: { ...basic, 'x-messagesystems-batch-id': id } })),
  },
};

/** `text` with another value at a path. */
const withValue = (text: string, path: string, value: unknown) => correctedBytes(Buffer.from(text), { set: { [pointer(path)]: value } }).toString();
const pointer = (path: string) => `/${path.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
const valueAt = (text: string, path: string) => pointer(path).slice(1).split('/').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], JSON.parse(text));

beforeAll(() => { jest.spyOn(Date, 'now').mockReturnValue(DELIVERED_AT); });
afterAll(() => { jest.restoreAllMocks(); });

describe('a corrected replay', () => {
  it.each(Object.entries(PLATFORMS))('of an event of %s is what its sound delivery gave, ids included', async (_name, { event, faults, deliver }) => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.keys(faults)), fc.nat(3), fc.stringMatching(/^msg_[a-z0-9]{1,10}$/), async (path, others, id) => {
      await deliver(event, others, id);
      const first = deliveries.items.at(-1)!.outcome;
      await deliver(withValue(event, path, faults[path]), others, id);
      const item = deliveries.items.at(-1)!;
      expect([first.status, item.outcome.status]).toEqual(['records', 'quarantined']);
      expect(replayed(replaySources, item, { set: { [pointer(path)]: valueAt(event, path) } })).toEqual(first);
    }), { numRuns: 40 });
  });

  it('keeps every digit of an id that no number holds', async () => {
    const { event, deliver } = PLATFORMS['Mailjet']!;
    await deliver(withValue(event, 'email', 'x'), 0, '');
    expect(deliveries.items.at(-1)!.original.toString()).toContain('13792286917004337,');
    expect(JSON.stringify(replayed(replaySources, deliveries.items.at(-1)!, { set: { email: 'bounce@mailjet.com' } }))).toContain('"13792286917004337"');
  });
});

describe('a corrected replay of an event of SES', () => {
  const mail = { timestamp: '2017-08-05T00:40:02.012Z', messageId: 'm-1', destination: ['recipient@example.com'] };
  const sound = { eventType: 'Delivery', mail, delivery: { timestamp: '2016-10-19T23:21:04.133Z', recipients: ['recipient@example.com'], smtpResponse: '250 2.6.0 Message received' } };
  const source = 'ses:123456789012';

  it('is what the sound Message would have given, ids included; it is kept without the message of SNS', () => {
    const replay = replaySources['ses']!;
    const context = { receivedAt: DELIVERED_AT, source, index: 0, shared: {} };
    const first = replay(Buffer.from(JSON.stringify(sound)), context);
    expect(first.status).toBe('records');
    fc.assert(fc.property(fc.constantFrom('delivery.recipients[0]', 'delivery.timestamp', 'eventType', 'mail.messageId'), (path) => {
      const damaged = withValue(JSON.stringify(sound), path, path === 'mail.messageId' ? null : 'x');
      expect(replay(Buffer.from(damaged), context).status).toBe('quarantined');
      expect(replay(correctedBytes(Buffer.from(damaged), { set: { [path]: valueAt(JSON.stringify(sound), path) } }), context)).toEqual(first);
    }));
  });
});

it('every platform has its replay', () => {
  expect(Object.keys(replaySources).sort()).toEqual(['brevo', 'mailgun', 'mailjet', 'postmark', 'resend', 'sendgrid', 'ses', 'sparkpost']);
});
