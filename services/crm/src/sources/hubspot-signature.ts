// Proves that a request comes from HubSpot: signature v3 of webhooks and other calls of an app, and v1 and v2 where they are allowed.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HubSpot's limit on the age of a request, applied to clocks that are ahead too. */
export const MAX_SKEW_MS = 5 * 60_000;

const NO_SECRET = 'no client secret is configured, so that no request can be verified; set HUBSPOT_CLIENT_SECRET';

/** The only escapes that HubSpot decodes in the URI before it signs; all others stay as they are. */
const DECODED: ReadonlyMap<string, string> = new Map([
  ['%3A', ':'], ['%2F', '/'], ['%3F', '?'], ['%40', '@'], ['%21', '!'], ['%24', '$'],
  ['%27', "'"], ['%28', '('], ['%29', ')'], ['%2A', '*'], ['%2C', ','], ['%3B', ';'],
]);

export interface HubspotV3Request {
  /** Client secret of the app. */
  secret: string;
  /** As sent, e.g. `POST`. */
  method: string;
  /** The whole URL as HubSpot knows it: protocol, host, path and query, not what a proxy made of it. */
  uri: string;
  /** The bytes as received: parsing and writing JSON again gives another signature. */
  body: Buffer;
  /** Header X-HubSpot-Request-Timestamp: milliseconds since the epoch. */
  timestamp: string | undefined;
  /** Header X-HubSpot-Signature-v3. */
  signature: string | undefined;
  /** The time here, in milliseconds. */
  now: number;
}

export interface HubspotRequest extends HubspotV3Request {
  /** Header X-HubSpot-Signature: v1 or v2, which sign no time. */
  undatedSignature: string | undefined;
  /** Header X-HubSpot-Signature-Version. */
  version: string | undefined;
  /** Whether v1 and v2 count. */
  allowUndated: boolean;
}

type Refusal = 'no_secret' | 'missing_header' | 'timestamp' | 'signature' | 'undated_signature';
/** `field` is the header at fault, in lower case. */
export type SignatureCheck = { ok: true } | { ok: false; code: Refusal; field: string; message: string };

const V3 = 'x-hubspot-signature-v3';
const UNDATED = 'x-hubspot-signature';

/**
 * Checks v3 where the request has it, and nothing else then: HubSpot sends v1 or v2 beside it, and who could choose would
 * choose the one without a time. Without v3, checks v1 or v2 where `allowUndated` is set. Anybody who has seen such
 * a request can send it again, for ever; its events keep their ids.
 * https://developers.hubspot.com/docs/guides/apps/authentication/validating-requests
 */
export function verifyHubspot(request: HubspotRequest): SignatureCheck {
  if (request.signature || !request.undatedSignature) return verifyHubspotV3(request);
  if (!request.allowUndated) {
    return refused('undated_signature', 'X-HubSpot-Signature has no time in it, so that a copy of the request would pass for ever; have HubSpot send v3, or set HUBSPOT_ALLOW_V1_V2=true', UNDATED);
  }
  return verifyUndated(request, request.undatedSignature);
}

/** hex(SHA-256(secret + body)) in v1, hex(SHA-256(secret + method + uri + body)) in v2. */
function verifyUndated({ secret, method, uri, body, version }: HubspotRequest, signature: string): SignatureCheck {
  if (secret === '') return refused('no_secret', NO_SECRET, UNDATED);
  if (version !== 'v1' && version !== 'v2') return refused('missing_header', 'X-HubSpot-Signature-Version must be v1 or v2 beside X-HubSpot-Signature', 'x-hubspot-signature-version');
  const expected = createHash('sha256').update(secret).update(version === 'v2' ? `${method}${uri}` : '').update(body).digest('hex');
  if (equalInConstantTime(signature.trim().toLowerCase(), expected)) return { ok: true };
  const url = version === 'v2' ? ', and that HUBSPOT_WEBHOOK_URL is the target URL in the app, byte for byte' : '';
  return refused('signature', `X-HubSpot-Signature (${version}) does not match; check HUBSPOT_CLIENT_SECRET${url}`, UNDATED);
}

/**
 * Checks base64(HMAC-SHA256(secret, method + uri + body + timestamp)) in constant time, and that the timestamp is
 * within 5 minutes of `now`, before or after.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export function verifyHubspotV3(request: HubspotV3Request): SignatureCheck {
  const { secret, timestamp, signature, now } = request;
  if (secret === '') return refused('no_secret', NO_SECRET);
  if (!timestamp || !signature) return refused('missing_header', 'X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp are required');
  if (!/^\d{1,15}$/.test(timestamp)) return refused('timestamp', 'X-HubSpot-Request-Timestamp must be milliseconds since the epoch');
  if (Math.abs(now - Number(timestamp)) > MAX_SKEW_MS) {
    return refused('timestamp', 'X-HubSpot-Request-Timestamp is more than 5 minutes away from the time here; check the clock of this machine');
  }
  if (equalInConstantTime(signature.trim(), signatureOf(request, timestamp))) return { ok: true };
  return refused('signature', 'X-HubSpot-Signature-v3 does not match; check HUBSPOT_CLIENT_SECRET, and that HUBSPOT_WEBHOOK_URL is the target URL in the app, byte for byte');
}

function signatureOf({ secret, method, uri, body }: HubspotV3Request, timestamp: string): string {
  const decoded = uri.replace(/%[0-9a-f]{2}/gi, (escape) => DECODED.get(escape.toUpperCase()) ?? escape);
  return createHmac('sha256', secret).update(`${method}${decoded}`).update(body).update(timestamp).digest('base64');
}

/** timingSafeEqual throws on other lengths; the length of the right one is no secret. */
function equalInConstantTime(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(code: Refusal, message: string, field: string = V3): SignatureCheck {
  return { ok: false, code, field, message };
}
