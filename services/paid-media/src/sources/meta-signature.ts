// Proves that a webhook comes from Meta: X-Hub-Signature-256 over the bytes of the body.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface MetaRequest {
  /** Secret of the app; empty where none is configured. */
  secret: string;
  /** The bytes as received: parsing and writing JSON again gives another signature. */
  body: Buffer;
  /** Header X-Hub-Signature-256: `sha256=` and 64 hex digits. */
  signature: string;
}

export type SignatureCheck = { ok: true } | { ok: false; code: 'no_secret' | 'missing_header' | 'signature'; message: string };

/**
 * Checks `sha256=` + hex(HMAC-SHA256(secret, body)) in constant time. Meta signs no time: an old request passes, and what
 * it repeats keeps its event ids.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
 */
export function verifyMetaSignature({ secret, body, signature }: MetaRequest): SignatureCheck {
  if (secret === '') return refused('no_secret', 'no app secret is configured, so that no request can be verified; set META_APP_SECRET');
  if (signature === '') return refused('missing_header', 'X-Hub-Signature-256 is required');
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature.trim());
  // timingSafeEqual throws on other lengths; the length of the right one is no secret.
  if (given.length === expected.length && timingSafeEqual(given, expected)) return { ok: true };
  return refused('signature', 'X-Hub-Signature-256 does not match; check that META_APP_SECRET is the secret of the app that sends');
}

function refused(code: 'no_secret' | 'missing_header' | 'signature', message: string): SignatureCheck {
  return { ok: false, code, message };
}
