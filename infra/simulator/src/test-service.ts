// For this project's tests: a server on a real socket that answers events as the platforms' documents and the mesh demand.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Outcome } from './request.js';
import type { Targets } from './credentials.js';

/** One native event of a request's body, as far as these tests look at it. */
export interface ReceivedEvent {
  /** What a resend has in common with the first one. */
  key: string;
  outcome: Outcome;
  /** Whose event it is, where it says so. */
  who: string | undefined;
  body: Record<string, any>;
}

const SEGMENT_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'];
const YEAR_MS = 365 * 86_400_000;

/** Reads a body by nothing but its path, and judges each event by the rules that the simulator's options promise. */
export function readEvents(path: string, body: string): ReceivedEvent[] {
  if (path === '/v1/batch') return (JSON.parse(body) as { batch: Record<string, any>[] }).batch.map(readCall);
  if (path === '/webhooks/hubspot') return (JSON.parse(body) as Record<string, any>[]).map(readHubSpotEvent);
  if (path === '/webhooks/sendgrid') return (JSON.parse(body) as Record<string, any>[]).map((event) => ({ key: event['sg_event_id'] as string, outcome: 'accepted', who: event['email'] as string, body: event }));
  if (path.startsWith('/v1/reports/')) return readRows(JSON.parse(body));
  return body.split('\n').filter(Boolean).map((line) => ({ key: line, outcome: 'accepted', who: undefined, body: JSON.parse(line) as Record<string, any> }));
}

function readCall(call: Record<string, any>): ReceivedEvent {
  return { key: call['messageId'] as string, outcome: judgeCall(call), who: (call['anonymousId'] ?? call['userId']) as string | undefined, body: call };
}

function judgeCall(call: Record<string, any>): Outcome {
  if (!call['anonymousId'] && !call['userId']) return 'rejected';
  if (!SEGMENT_TYPES.includes(call['type'] as string)) return 'rejected';
  const { currency, products = [], quantity } = (call['properties'] ?? {}) as { currency?: string; products?: { quantity: number }[]; quantity?: number };
  if (Math.abs(Date.parse(call['timestamp'] as string) - Date.now()) > 10 * YEAR_MS) return 'quarantined';
  if (/^Order /.test((call['event'] as string | undefined) ?? '') && currency === undefined) return 'quarantined';
  return [quantity, ...products.map((product) => product.quantity)].some((count) => (count ?? 1) < 0) ? 'quarantined' : 'accepted';
}

function readRows(report: any): ReceivedEvent[] {
  const rows = (report.data ?? report[0].results) as Record<string, any>[];
  return rows.map((row) => ({ key: JSON.stringify(row), outcome: 'accepted', who: undefined, body: row }));
}

function readHubSpotEvent(event: Record<string, any>): ReceivedEvent {
  const key = ['portalId', 'subscriptionId', 'eventId', 'objectId', 'propertyName', 'occurredAt'].map((name) => String(event[name])).join('|');
  const about = (event['subscriptionType'] as string).startsWith('contact') ? 'contact' : 'deal';
  return { key, outcome: 'accepted', who: `${about} ${String(event['objectId'] ?? event['fromObjectId'])}`, body: event };
}

export interface ReceivedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How the service misbehaves on a request: away keeps nothing, silent takes the events and drops the connection. */
export type Misbehaviour = 'away' | 'silent' | undefined;

/** In DER; `targets` have the private one. */
export const SENDGRID_KEYS = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'der' }, publicKeyEncoding: { type: 'spki', format: 'der' } });

export interface TestService {
  url: string;
  targets: Targets;
  /** What it took, in the order of arrival, retries included. */
  taken: ReceivedRequest[];
  close(): Promise<void>;
}

/** Starts the service, on a free port if `port` is 0; `misbehave` is asked once for each arriving request, numbered from 0. */
export async function startTestService(misbehave: (index: number) => Misbehaviour = () => undefined, answerAfterMs = 0, port = 0): Promise<TestService> {
  const taken: ReceivedRequest[] = [];
  let arrived = 0;
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const behaviour = misbehave(arrived++);
      if (behaviour === 'away') {
        outgoing.writeHead(503, { 'retry-after': '0' }).end('the broker is away');
        return;
      }
      const request = { path: incoming.url!, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      taken.push(request);
      if (behaviour === 'silent') {
        incoming.socket.destroy();
        return;
      }
      setTimeout(() => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answerTo(request))), answerAfterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const targets: Targets = {
    webUrl: url, crmUrl: `${url}/`, webWriteKey: 'write-key', hubspotSecret: 'secret', hubspotWebhookUrl: 'https://hooks.shop.example/webhooks/hubspot', crmImportKey: 'import-key',
    emailUrl: url, sendgridKey: SENDGRID_KEYS.privateKey.toString('base64'), paidMediaUrl: url, paidMediaKey: 'reports-key',
  };
  const close = () => new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return { url, targets, taken, close };
}

function answerTo({ path, body }: ReceivedRequest): Record<string, unknown> {
  const outcomes = readEvents(path, body).map(({ outcome }) => outcome);
  const rejected = outcomes.flatMap((outcome, index) => (outcome === 'rejected' ? [{ index, code: 'invalid', field: 'type', message: 'type is not known' }] : []));
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  return { accepted: count('accepted'), quarantined: count('quarantined'), rejected };
}
