// Where each domain's requests go, and how their platform proves that they are its own.
import { createHmac, sign } from 'node:crypto';
import type { NativeRequest } from './request.js';

/** Where the domain services are, and their keys; of a service that nothing is sent to, they may be missing. Addresses are http:// or https://. */
export interface Targets {
  webUrl: string;
  webWriteKey: string;
  crmUrl: string;
  /** Client secret of the HubSpot app. */
  hubspotSecret: string;
  /** The address that HubSpot knows the webhook by, without %-escapes: it is what is signed, wherever the request goes. */
  hubspotWebhookUrl: string;
  crmImportKey: string;
  emailUrl?: string;
  /** SendGrid's private key on P-256: base64 of PKCS #8 in DER. */
  sendgridKey?: string;
  paidMediaUrl?: string;
  /** Of what fetches reports and sends them on. */
  paidMediaKey?: string;
}

const URLS = { web: 'webUrl', crm: 'crmUrl', email: 'emailUrl', 'paid-media': 'paidMediaUrl' } as const satisfies Record<NativeRequest['domain'], keyof Targets>;

type Credentials = (request: NativeRequest, targets: Targets, now: number) => Record<string, string>;

/** By the begin of the path. */
const CREDENTIALS: Record<NativeRequest['domain'], readonly (readonly [path: string, credentials: Credentials])[]> = {
  web: [['/', (_request, { webWriteKey }) => ({ authorization: `Basic ${Buffer.from(`${webWriteKey}:`).toString('base64')}` })]],
  crm: [
    ['/v1/import', (_request, { crmImportKey }) => ({ authorization: `Bearer ${crmImportKey}` })],
    ['/webhooks/hubspot', hubspotSignature],
  ],
  email: [['/webhooks/sendgrid', sendgridSignature]],
  'paid-media': ['/v1/reports/', '/v1/leads/'].map((path) => [path, (_request, targets) => ({ authorization: `Bearer ${given(targets, 'paidMediaKey')}` })]),
};

/** The whole address of a request; throws an Error where the service's is missing. */
export function addressOf({ domain, path }: NativeRequest, targets: Targets): URL {
  return new URL(given(targets, URLS[domain]).replace(/\/+$/, '') + path);
}

/**
 * Headers of one attempt at `now` (milliseconds): signatures hold its time, as some are valid for minutes only. Throws an
 * Error where the key is missing, or nobody knows how such a request is signed.
 */
export function requestHeaders(request: NativeRequest, targets: Targets, now: number): Record<string, string> {
  const credentials = CREDENTIALS[request.domain].find(([path]) => request.path.startsWith(path))?.[1];
  if (!credentials) throw new Error(`Nothing is known to sign ${request.domain} ${request.path} with: add its credentials.`);
  return { 'content-type': request.contentType, 'content-length': String(request.body.length), ...credentials(request, targets, now) };
}

function given(targets: Targets, name: keyof Targets): string {
  const value = targets[name];
  if (value !== undefined) return value;
  throw new Error(`The targets of the requests have no ${name}: add it.`);
}

/** https://developers.hubspot.com/docs/api/webhooks/validating-requests, version 3 */
function hubspotSignature({ body, method }: NativeRequest, { hubspotSecret, hubspotWebhookUrl }: Targets, now: number): Record<string, string> {
  const signature = createHmac('sha256', hubspotSecret).update(`${method}${hubspotWebhookUrl}`).update(body).update(String(now)).digest('base64');
  return { 'x-hubspot-request-timestamp': String(now), 'x-hubspot-signature-v3': signature };
}

/**
 * ECDSA with SHA-256 over the time in seconds and the raw body, in DER:
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
function sendgridSignature({ body }: NativeRequest, targets: Targets, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const key = { key: Buffer.from(given(targets, 'sendgridKey'), 'base64'), format: 'der', type: 'pkcs8' } as const;
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key).toString('base64');
  return { 'x-twilio-email-event-webhook-timestamp': timestamp, 'x-twilio-email-event-webhook-signature': signature };
}
