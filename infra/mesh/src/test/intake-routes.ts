// Every route that takes native events, with a sound request of each: what hostile requests are made of.
import { createHash, createHmac, createPrivateKey, createSign } from 'node:crypto';
import type { Secrets } from '../secrets.js';
import type { ServiceName } from '../services.js';

export interface IntakeRoute {
  service: ServiceName;
  path: string;
  /** Largest body in bytes. */
  limit: number;
  /** Media type; application/json where it is absent. */
  type?: string;
  sound(): string;
  /** What proves the sender; a signature where `at` (ms) matters. */
  headers(body: Buffer, at: number): Record<string, string>;
  /** Whether a request of ten years ago is refused by its signature. */
  dated?: boolean;
  /** A value of the sound request, as it stands there, and values that no record may be made of. */
  never?: [string, ...string[]];
}

const SVIX_KEY = Buffer.alloc(24, 7);
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:mails';
const MB = 1024 * 1024;

const PIPEDRIVE_PASSWORD = 'pipedrive-password';

/** The variables of platforms that a mesh does not set. */
export const OPTIONAL_ENV = {
  MAILGUN_SIGNING_KEYS: 'shop:signing-key', RESEND_WEBHOOK_SECRETS: `shop:whsec_${SVIX_KEY.toString('base64')}`, SES_TOPIC_ARNS: TOPIC,
  PIPEDRIVE_WEBHOOK_KEYS: `shop:${createHash('sha256').update(PIPEDRIVE_PASSWORD).digest('hex')}`,
};

const hmac = (key: string | Buffer, text: Buffer | string, encoding: 'base64' | 'hex') => createHmac('sha256', key).update(text).digest(encoding);
const seconds = (at: number) => String(Math.floor(at / 1_000));
let made = 0;

/** The table; `hubspotUrl` is what HubSpot signs. */
export function intakeRoutes(secrets: Secrets, hubspotUrl: string): IntakeRoute[] {
  const sendgridKey = createPrivateKey({ key: Buffer.from(secrets.sendgridKey, 'base64'), format: 'der', type: 'pkcs8' });
  const bearer = (key: string) => () => ({ authorization: `Bearer ${key}` });
  const basic = (user: string, password: string) => () => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
  const time = new Date(Date.now() - 3_600_000).toISOString();
  const web = { service: 'web' as const, limit: 500 * 1024 };
  const crm = { service: 'crm' as const, limit: 50 * MB };
  const email = { service: 'email' as const, limit: 10 * MB };
  const media = { service: 'paid-media' as const, limit: 50 * MB };
  const password = basic('x', secrets.emailWebhookPassword);
  const entry = (service: ServiceName, source: string, original: object, shared: object = {}) => ({
    service, path: '/v1/quarantine/replay', limit: { web, crm, email, 'paid-media': media }[service as 'web'].limit, headers: bearer(secrets.quarantineKey),
    sound: () => JSON.stringify({ dry_run: true, entry: { event_id: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', service, stage: 'intake', source, context: JSON.stringify({ received_at: Date.now(), index: 0, shared }), original: Buffer.from(JSON.stringify(original)).toString('base64') } }),
  });
  const postmark = { RecordType: 'Delivery', MessageID: '883953f4', ServerID: 23, Recipient: 'john@example.com', DeliveredAt: time };
  const row = { customer: { id: '1', currencyCode: 'EUR' }, campaign: { id: '111' }, metrics: { clicks: '340', costMicros: '81250000', impressions: '12000' }, segments: { date: '2026-11-20' } };
  const call = { type: 'track', event: 'Song Played', userId: 'u-1', timestamp: time, properties: { length: 215 } };
  const line = { type: 'contact', id: 9101, email: 'jane@example.com', stage: 'customer', updated_at: time };
  const change = { ChangeEventHeader: { entityName: 'Contact', recordIds: ['0035f00001YLXpmAAH'], changeType: 'UPDATE', transactionKey: '00006bec', sequenceNumber: 1, commitTimestamp: 1714156685000, changedFields: ['Email'] }, Email: 'jane@example.com' };
  const times = ['"1901-01-01T00:00:00Z"', '"2199-01-01T00:00:00Z"', '1e999', '9007199254740993'] as const;
  return [
    { ...web, path: '/v1/track', headers: basic(secrets.webWriteKey, ''), sound: () => JSON.stringify(call), never: ['215', '9007199254740993', '1e999'] },
    { ...web, path: '/v1/batch', headers: basic(secrets.webWriteKey, ''), sound: () => JSON.stringify({ batch: [call] }), never: [`"${time}"`, ...times] },
    { ...web, path: `/mp/collect?measurement_id=G-1&api_secret=${secrets.webWriteKey}`, headers: () => ({}), sound: () => JSON.stringify({ client_id: 'c-1', timestamp_micros: 1_795_000_000_000_000, events: [{ name: 'tutorial_begin', params: { step: 7 } }] }), never: ['1795000000000000', '"1901"', '-1', '1e999', '7258118400000000'] },
    { ...web, path: '/com.snowplowanalytics.snowplow/tp2', headers: () => ({}), sound: () => JSON.stringify({ schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', data: [{ aid: 'shop', e: 'se', se_ac: 'play', se_va: '1', duid: 'd-1', ttm: '1795000000000', p: 'web' }] }), never: ['"1795000000000"', '"7258118400000"', '1e999', '"-1"'] },
    { ...web, path: '/cloudevents', type: 'application/cloudevents+json', headers: bearer(secrets.webWriteKey), sound: () => JSON.stringify({ specversion: '1.0', type: 'com.tideway.web.custom-events.v1', source: '/s', id: String(made += 1), time, data: { identifiers: { user_id: 'u-1' }, name: 'Song Played', properties: { length: 215 } } }), never: [`"${time}"`, ...times] },
    { ...crm, path: '/webhooks/hubspot', dated: true, headers: (body, at) => ({ 'x-hubspot-request-timestamp': String(at), 'x-hubspot-signature-v3': hmac(secrets.hubspotSecret, Buffer.concat([Buffer.from(`POST${hubspotUrl}`), body, Buffer.from(String(at))]), 'base64') }), sound: () => JSON.stringify([{ eventId: 7, subscriptionId: 25, portalId: 33, appId: 1, occurredAt: 1_795_000_000_000, attemptNumber: 0, objectId: 501, propertyName: 'lifecyclestage', propertyValue: 'lead', changeSource: 'CRM_UI', subscriptionType: 'contact.propertyChange' }]), never: ['501', '9007199254740993', '1e999', '-1'] },
    { ...crm, path: '/webhooks/salesforce?account=00D', headers: bearer(secrets.crmImportKey), sound: () => JSON.stringify(change), never: ['1714156685000', '9007199254740993', '1e999', '-1', '"1901-01-01"'] },
    { ...crm, path: '/webhooks/pipedrive', headers: basic('x', PIPEDRIVE_PASSWORD), sound: () => JSON.stringify({ data: { id: 8, name: 'x' }, previous: { name: 'y' }, meta: { action: 'change', entity: 'person', entity_id: '8', company_id: '8087566', id: '7c812ffd', timestamp: time, version: '2.0' } }), never: [`"${time}"`, '"1901-01-01T00:00:00Z"', '"2199-01-01T00:00:00Z"', '1e999', '9007199254740993'] },
    { ...crm, path: '/v1/import?account=1', type: 'application/x-ndjson', headers: bearer(secrets.crmImportKey), sound: () => JSON.stringify(line), never: ['9101', '9007199254740993', '1e999'] },
    { ...email, path: '/webhooks/postmark', headers: password, sound: () => JSON.stringify(postmark), never: [`"${time}"`, '"2199-01-01T00:00:00Z"', '1e999'] },
    { ...email, path: '/webhooks/brevo', headers: password, sound: () => JSON.stringify({ event: 'delivered', email: 'a@example.com', 'message-id': '<1@x>', ts_event: 1604933654 }), never: ['1604933654', '9007199254740993', '1e999'] },
    { ...email, path: '/webhooks/mailjet', headers: password, sound: () => JSON.stringify({ event: 'sent', time: 1433333949, MessageID: 19421777, email: 'a@example.com' }), never: ['1433333949', '9007199254740993', '1e999', '-1'] },
    { ...email, path: '/webhooks/sparkpost', headers: password, sound: () => JSON.stringify([{ msys: { message_event: { type: 'delivery', event_id: '92', rcpt_to: 'a@example.com', timestamp: '1460989507' } } }]), never: ['"1460989507"', '"9007199254740993"', '1e999'] },
    { ...email, path: '/webhooks/sendgrid', dated: true, headers: (body, at) => ({ 'x-twilio-email-event-webhook-timestamp': seconds(at), 'x-twilio-email-event-webhook-signature': createSign('sha256').update(seconds(at)).update(body).sign(sendgridKey, 'base64') }), sound: () => JSON.stringify([{ email: 'a@example.com', timestamp: 1513299569, event: 'delivered', sg_event_id: 'r' }]), never: ['1513299569', '9007199254740993', '1e999'] },
    { ...email, path: '/webhooks/mailgun', headers: () => ({}), sound: () => {
      const [timestamp, token] = [seconds(Date.now()), String(made += 1).padStart(50, '0')];
      return JSON.stringify({ signature: { timestamp, token, signature: hmac('signing-key', timestamp + token, 'hex') }, 'event-data': { event: 'delivered', id: 'CP', timestamp: 1521472262.5, recipient: 'a@example.com' } });
    }, never: ['1521472262.5', '9007199254740993', '1e999', '-1'] },
    { ...email, path: '/webhooks/resend', dated: true, headers: (body, at) => ({ 'svix-id': 'msg_1', 'svix-timestamp': seconds(at), 'svix-signature': `v1,${hmac(SVIX_KEY, Buffer.concat([Buffer.from(`msg_1.${seconds(at)}.`), body]), 'base64')}` }), sound: () => JSON.stringify({ type: 'email.delivered', created_at: time, data: { email_id: 'e-1', to: ['a@example.com'] } }), never: [`"${time}"`, '"2199-01-01T00:00:00Z"', '1e999'] },
    { ...media, path: '/v1/reports/google', headers: bearer(secrets.paidMediaKey), sound: () => JSON.stringify([{ results: [row] }]), never: ['"340"', '9007199254740993', '1e999', '-1'] },
    { ...media, path: '/v1/leads/meta', headers: bearer(secrets.paidMediaKey), sound: () => JSON.stringify({ data: [{ id: '1', created_time: '2026-11-20T09:30:00+0000', field_data: [{ name: 'email', values: ['a@example.com'] }] }] }), never: ['"2026-11-20T09:30:00+0000"', '"2199-01-01T00:00:00+0000"', '1e999'] },
    { ...media, path: '/webhooks/meta-leads', headers: (body) => ({ 'x-hub-signature-256': `sha256=${hmac(secrets.metaAppSecret, body, 'hex')}` }), sound: () => JSON.stringify({ object: 'page', entry: [{ id: '1', changes: [{ field: 'leadgen', value: { leadgen_id: '12', created_time: 1_795_167_000 } }] }] }), never: ['1795167000', '9007199254740993', '1e999'] },
    entry('web', 'segment:shop', call), entry('crm', 'import:1', line), entry('email', 'postmark:shop', postmark), entry('paid-media', 'google:reports', row, { extractedAt: Date.now() }),
  ];
}

/** Amazon SES by a topic that is known here, but never signed: its certificate is Amazon's. */
export const UNSIGNED_SES = JSON.stringify({
  Type: 'Notification', MessageId: 'm', TopicArn: TOPIC, Message: '{}', Timestamp: '2026-11-21T10:00:00.000Z', SignatureVersion: '2', Signature: 'AA==', SigningCertURL: 'https://evil.example/x.pem',
});
