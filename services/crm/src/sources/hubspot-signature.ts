// Proves that a request comes from HubSpot: signature v3 of webhooks and other calls of an app.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** HubSpot's limit on the age of a request, applied to clocks that are ahead too. */
export const MAX_SKEW_MS = 5 * 60_000;

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

export type SignatureCheck = { ok: true } | { ok: false; code: 'no_secret' | 'missing_header' | 'timestamp' | 'signature'; message: string };

/**
 * Checks base64(HMAC-SHA256(secret, method + uri + body + timestamp)) in constant time, and that the timestamp is
 * within 5 minutes of `now`, before or after.
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export function verifyHubspotV3(request: HubspotV3Request): SignatureCheck {
  const { secret, timestamp, signature, now } = request;
  if (secret === '') return refused('no_secret', 'no client secret is configured, so that no request can be verified; set HUBSPOT_CLIENT_SECRET');
  if (!timestamp || !signature) return refused('missing_header', 'X-HubSpot-Signature-v3 and X-HubSpot-Request-Timestamp are required');
  if (!/^\d{1,15}$/.test(timestamp)) return refused('timestamp', 'X-HubSpot-Request-Timestamp must be milliseconds since the epoch');
  if (Math.abs(now - Number(timestamp)) > MAX_SKEW_MS) {
    return refused('timestamp', 'X-HubSpot-Request-Timestamp is more than 5 minutes away from the time here; check the clock of this machine');
  }
  const expected = Buffer.from(signatureOf(request, timestamp));
  const given = Buffer.from(signature.trim());
  // timingSafeEqual throws on other lengths; the length of the right one is no secret.
  if (given.length === expected.length && timingSafeEqual(given, expected)) return { ok: true };
  return refused('signature', 'X-HubSpot-Signature-v3 does not match; check HUBSPOT_CLIENT_SECRET, and that HUBSPOT_WEBHOOK_URL is the target URL in the app, byte for byte');
}

function signatureOf({ secret, method, uri, body }: HubspotV3Request, timestamp: string): string {
  const decoded = uri.replace(/%[0-9a-f]{2}/gi, (escape) => DECODED.get(escape.toUpperCase()) ?? escape);
  return createHmac('sha256', secret).update(`${method}${decoded}`).update(body).update(timestamp).digest('base64');
}

function refused(code: 'no_secret' | 'missing_header' | 'timestamp' | 'signature', message: string): SignatureCheck {
  return { ok: false, code, message };
}
