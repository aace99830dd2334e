// The email service on the real platform: each platform's webhook through HTTP to the tables; refusals and replays.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickHouse, createTable, insertDatums, tableName, wholeBuffer, type ClickHouseClient } from '@tideway/clickhouse';
import { loadProducts, productOf, type ProductId } from '@tideway/contracts';
import { createKafka, readTopics, readWire, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, startService, untilDone, type RunningService } from '@tideway/service';
import { startTestPlatform, waitFor, type TestPlatform } from '@tideway/testing';
import { email } from '../app.module.js';
import { BREVO } from '../sources/brevo.samples.js';
import { MAILJET } from '../sources/mailjet.samples.js';
import { RESEND } from '../sources/resend.samples.js';
import { SPARKPOST } from '../sources/sparkpost.samples.js';
import { certificate, signed } from './sns-signer.js';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:mails';
const SNS = 'https://sns.eu-west-1.amazonaws.com';
const SVIX_KEY = Buffer.alloc(24, 7);
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const products = loadProducts();
const silent = createLogger('test', 'silent');
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
let platform: TestPlatform;
let service: RunningService;
let kafka: Kafka;
let clickhouse: ClickHouseClient;
let sns: Server;
/** What the stand-in for SNS was asked for. */
const asked: string[] = [];

beforeAll(async () => {
  sns = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url!.startsWith('/gone')) response.statusCode = 404;
    response.end(request.url!.endsWith('.pem') ? certificate(Date.now() - 3_600_000, Date.now() + 3_600_000) : '<ConfirmSubscriptionResponse/>');
  });
  await new Promise<void>((resolve) => sns.listen(0, '127.0.0.1', resolve));
  platform = await startTestPlatform();
  service = await startService(email, {
    ...platform.env, LOG_LEVEL: 'silent',
    SENDGRID_VERIFICATION_KEYS: `shop:${sendgrid.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    SES_TOPIC_ARNS: TOPIC, SES_SNS_URL: `http://127.0.0.1:${(sns.address() as AddressInfo).port}`,
    MAILGUN_SIGNING_KEYS: 'shop:signing-key', RESEND_WEBHOOK_SECRETS: `shop:whsec_${SVIX_KEY.toString('base64')}`,
    ...Object.fromEntries(['POSTMARK', 'BREVO', 'MAILJET', 'SPARKPOST'].map((platform) => [`${platform}_WEBHOOK_KEYS`, `shop:${sha256(`${platform.toLowerCase()}-password`)}`])),
  });
  await waitFor(async () => (await fetch(`${service.url}/health/ready`)).ok, { message: 'readiness' });
  kafka = createKafka(loadConfig(kafkaShape, platform.env), 'test', silent);
  clickhouse = createClickHouse(loadConfig(clickhouseShape, platform.env), 'test');
});

afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
  await platform?.stop();
  sns?.close();
});

/** Puts everything on a product's topic into its table, undecoded as the warehouse does it. */
async function fillTable(id: ProductId): Promise<void> {
  const product = productOf(products, id);
  const datums = await untilDone(`records of ${id}`, silent, async () => {
    const found: ReturnType<typeof wholeBuffer>[] = [];
    await readTopics(kafka, new Map([[product.topic, []]]), ({ partition, message }) => {
      found.push(wholeBuffer(partition, Number(message.offset), readWire(message.value)!.datum));
    });
    return found;
  });
  for (const query of createTable(product)) await clickhouse.command({ query });
  await insertDatums(clickhouse, { table: tableName(product), schema: product.schema, datums, token: id });
}

/** Rows about one person, each event once. */
async function rowsOf(id: ProductId, address: string, columns: string): Promise<Record<string, unknown>[]> {
  const query = `SELECT ${columns} FROM ${tableName(productOf(products, id))} WHERE identifiers['email_sha256'] = '${sha256(address)}' ORDER BY occurred_at LIMIT 1 BY event_id`;
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json();
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/webhooks/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`shop:${password}`).toString('base64')}` });
const taken = (accepted: number, quarantined = 0) => ({ status: 200, body: { accepted, quarantined, rejected: [] } });

describe('SendGrid', () => {
  const at = 1_700_000_000;
  const events = (address: string) => [
    { email: address, timestamp: at, event: 'open', sg_event_id: `${address}-1`, sg_message_id: 'm-1', sg_machine_open: true },
    { email: address, timestamp: at + 1, event: 'click', sg_event_id: `${address}-2`, sg_message_id: 'm-1', url: `https://shop.example/?email=${address}&a=1` },
    { email: address, timestamp: at + 2, event: 'bounce', type: 'bounce', bounce_classification: 'Invalid Address', sg_event_id: `${address}-3`, sg_message_id: 'm-1' },
    { email: address, timestamp: at + 3, event: 'spamreport', sg_event_id: `${address}-4`, sg_message_id: 'm-1' },
    { email: 'nobody', timestamp: at, event: 'open', sg_event_id: `${address}-5` },
  ];
  const send = (list: unknown, key = sendgrid.privateKey) => {
    const [body, timestamp] = [JSON.stringify(list), String(Math.floor(Date.now() / 1_000))];
    const signature = sign('sha256', Buffer.from(timestamp + body), key).toString('base64');
    return post('sendgrid', body, { 'X-Twilio-Email-Event-Webhook-Signature': signature, 'X-Twilio-Email-Event-Webhook-Timestamp': timestamp });
  };

  it('has its signed events taken, and what cannot be read put apart', async () => {
    expect(await send(events('s@example.com'))).toEqual(taken(4, 1));
  });

  it('is refused without its signature, and where the body is no list', async () => {
    expect(await send(events('x@example.com'), generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)).toMatchObject({ status: 401, body: { code: 'signature' } });
    expect(await send({ event: 'open' })).toMatchObject({ status: 400, body: { code: 'not_a_list' } });
  });
});

describe('Amazon SES', () => {
  const envelope = (message: object, change: Record<string, string> = {}) => signed({
    Type: 'Notification', MessageId: 'n-1', TopicArn: TOPIC, Message: JSON.stringify(message), Timestamp: new Date().toISOString(), SignatureVersion: '2', SigningCertURL: `${SNS}/cert-1.pem`, ...change,
  });
  const click = (address: string) => ({ eventType: 'Click', mail: { timestamp: '2026-11-20T10:00:00.000Z', messageId: 'm-2', destination: [address] }, click: { timestamp: '2026-11-20T10:05:00.000Z', link: 'https://shop.example/', userAgent: PHONE } });
  const send = (message: object) => post('ses', JSON.stringify(message), { 'content-type': 'text/plain; charset=UTF-8' });

  it('has a subscription confirmed once SNS has signed it, and its events taken', async () => {
    const SubscribeURL = `${SNS}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
    expect(await send(envelope({}, { Type: 'SubscriptionConfirmation', Message: 'You have chosen', Token: 't', SubscribeURL }))).toEqual(taken(1));
    expect(await send(envelope(click('ses@example.com')))).toEqual(taken(1));
    expect(await send(envelope(click('ses@example.com'), { SignatureVersion: '1' }))).toEqual(taken(1));
    expect(asked).toEqual(['/cert-1.pem', `/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`]);
  });

  it('confirms and fetches nothing for somebody else', async () => {
    asked.length = 0;
    const forged = { ...envelope({}, { Type: 'SubscriptionConfirmation', Message: 'You have chosen', Token: 't', SubscribeURL: `${SNS}/?Action=ConfirmSubscription&Token=evil` }), Signature: 'AAAA' };
    expect(await send(forged)).toMatchObject({ status: 401, body: { code: 'signature' } });
    expect(await send(envelope(click('x@example.com'), { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:mails' }))).toMatchObject({ status: 403, body: { code: 'unknown_topic' } });
    expect(await send(envelope(click('x@example.com'), { SigningCertURL: 'https://evil.example/cert.pem' }))).toMatchObject({ status: 400, body: { code: 'url' } });
    expect(asked).toEqual([]);
  });

  it('is asked to send again where the certificate cannot be fetched', async () => {
    expect(await send(envelope(click('x@example.com'), { SigningCertURL: `${SNS}/gone.pem` }))).toMatchObject({ status: 503, body: { code: 'outage' } });
  });
});

describe('Mailgun', () => {
  const send = (data: object | undefined, token: string, key = 'signing-key') => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = { timestamp, token, signature: createHmac('sha256', key).update(timestamp + token).digest('hex') };
    return post('mailgun', JSON.stringify({ signature, 'event-data': data }));
  };
  const event = { event: 'unsubscribed', id: 'e-1', timestamp: 1_700_000_000.5, recipient: 'm@example.com', message: { headers: { 'message-id': 'm-3' } } };

  it('has its signed events taken, and a replay refused for good', async () => {
    expect(await send(event, 'token-1')).toEqual(taken(1));
    expect(await send(event, 'token-1')).toMatchObject({ status: 406, body: { code: 'replay' } });
  });

  it('is refused with another key; what was refused may come again', async () => {
    expect(await send(event, 'token-2', 'other')).toMatchObject({ status: 401, body: { code: 'signature' } });
    expect(await send(undefined, 'token-3')).toMatchObject({ status: 400, body: { code: 'required', field: 'event-data' } });
    expect(await send(event, 'token-3')).toEqual(taken(1));
  });
});

describe('Postmark', () => {
  const open = { RecordType: 'Open', MessageID: 'm-4', ServerID: 23, Recipient: 'p@example.com', ReceivedAt: '2026-11-20T10:00:00Z', UserAgent: 'Mozilla/5.0' };

  it('has its events taken', async () => {
    expect(await post('postmark', JSON.stringify(open), basic('postmark-password'))).toEqual(taken(1));
  });

  it('is refused without its password, and where the body is none of Postmark\'s', async () => {
    expect(await post('postmark', JSON.stringify(open))).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await post('postmark', '{}', basic('postmark-password'))).toMatchObject({ status: 400, body: { code: 'required', field: 'RecordType' } });
  });
});

describe('Brevo', () => {
  const click = { ...BREVO.click, email: 'b@example.com', user_agent: PHONE };

  it('has its events taken, single and in a batch, by password and by token', async () => {
    expect(await post('brevo', JSON.stringify(click), basic('brevo-password'))).toEqual(taken(1));
    const batch = [{ ...BREVO.campaignUnsubscribe, email: 'b@example.com' }, { ...BREVO.delivered, email: 'nobody' }];
    expect(await post('brevo', JSON.stringify(batch), { authorization: 'Bearer brevo-password' })).toEqual(taken(1, 1));
  });

  it('is refused with another platform\'s password, and with a wrong token', async () => {
    expect(await post('brevo', JSON.stringify(click), basic('postmark-password'))).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await post('brevo', JSON.stringify(click), { authorization: 'Bearer wrong' })).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
  });
});

describe('Mailjet', () => {
  const events = [MAILJET.sent, MAILJET.bounce].map((text) => text.replace(/"email": "[^"]*"/, '"email": "j@example.com"'));

  it('has its events taken, single and in a group', async () => {
    expect(await post('mailjet', events[0]!, basic('mailjet-password'))).toEqual(taken(1));
    expect(await post('mailjet', `[${events.join(',')}]`, basic('mailjet-password'))).toEqual(taken(2));
  });

  it('is refused without its password', async () => {
    expect(await post('mailjet', events[0]!)).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
  });
});

describe('Resend', () => {
  const complaint = { ...RESEND.complained, created_at: '2026-11-20T10:00:00.000Z', data: { ...RESEND.complained.data, to: ['r@example.com'] } };
  const send = (event: object, key = SVIX_KEY) => {
    const [body, id, timestamp] = [JSON.stringify(event), 'msg_1', String(Math.floor(Date.now() / 1_000))];
    return post('resend', body, { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}` });
  };

  it('has its signed events taken', async () => {
    expect(await send(complaint)).toEqual(taken(1));
  });

  it('is refused with another secret, and where the body is none of Resend\'s', async () => {
    expect(await send(complaint, Buffer.alloc(24, 8))).toMatchObject({ status: 401, body: { code: 'signature', field: 'svix-signature' } });
    expect(await send({})).toMatchObject({ status: 400, body: { code: 'required', field: 'type' } });
  });
});

describe('SparkPost', () => {
  const click = { msys: { track_event: { ...SPARKPOST.click.msys['track_event'], rcpt_to: 'k@example.com' } } };
  const send = (batch: unknown, password: string) => post('sparkpost', JSON.stringify(batch), { ...basic(password), 'x-messagesystems-batch-id': 'b-1' });

  it('has a batch\'s events taken, and the request that tries it out', async () => {
    expect(await send([SPARKPOST.validation], 'sparkpost-password')).toEqual(taken(1));
    expect(await send([click, { msys: { track_event: { type: 'click' } } }], 'sparkpost-password')).toEqual(taken(1, 1));
  });

  it('is refused with a wrong password, and where the body is no batch', async () => {
    expect(await send([click], 'wrong')).toMatchObject({ status: 401, body: { code: 'unauthorised' } });
    expect(await send(click, 'sparkpost-password')).toMatchObject({ status: 400, body: { code: 'not_a_list' } });
  });
});

describe('the tables', () => {
  beforeAll(async () => {
    await clickhouse.command({ query: 'CREATE DATABASE email' });
    for (const id of ['email.engagements', 'email.consents'] as const) await fillTable(id);
  });
  const row = (action: string, change: object = {}) => ({ action, is_machine: false, bounce_class: null, link_url: null, channel: null, ...change });
  const click = (link_url: string) => row('click', { link_url, channel: 'email' });

  it.each([
    ['sendgrid:shop', 's@example.com', [row('open', { is_machine: true }), click('https://shop.example/?a=1'), row('hard_bounce', { bounce_class: 'invalid_recipient' }), row('complaint')]],
    ['ses:123456789012', 'ses@example.com', [click('https://shop.example/')]],
    ['mailgun:shop', 'm@example.com', [row('unsubscribe')]],
    ['postmark:shop', 'p@example.com', [row('open', { is_machine: true })]],
    ['brevo:shop', 'b@example.com', [click('https://domain.com/spring?utm_source=brevo'), row('unsubscribe')]],
    ['mailjet:shop', 'j@example.com', [row('hard_bounce', { bounce_class: 'invalid_recipient' }), row('delivered')]],
    ['resend:shop', 'r@example.com', [row('complaint')]],
    ['sparkpost:shop', 'k@example.com', [click('http://example.com')]],
  ])('have each event of %s once, and a consent withdrawn beside an unsubscription or complaint', async (source, address, engagements) => {
    expect(await rowsOf('email.engagements', address, 'source, action, is_machine, bounce_class, link_url, channel')).toEqual(engagements.map((engagement) => ({ source, ...engagement })));
    const withdrawals = engagements.filter(({ action }) => action === 'unsubscribe' || action === 'complaint');
    expect(await rowsOf('email.consents', address, 'source, purpose, channel, decision')).toEqual(withdrawals.map(() => ({ source, purpose: 'marketing', channel: 'email', decision: 'withdrawn' })));
  });

  it('have all digits of Mailjet\'s message ids', async () => {
    expect(await rowsOf('email.engagements', 'j@example.com', 'message_id')).toEqual([{ message_id: '13792286917004336' }, { message_id: '19421777835146490' }]);
  });

  it('have nothing of what was refused', async () => {
    expect(await rowsOf('email.engagements', 'x@example.com', 'source')).toEqual([]);
  });
});
