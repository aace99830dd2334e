// Proves that a request comes from Resend: webhooks that Svix signs.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NamedKey } from '../named-keys.js';

/** Svix' limit on the age of a request, applied to clocks that are ahead too. */
export const MAX_SKEW_MS = 5 * 60_000;

export interface SvixRequest {
  /** Signing secrets as Resend shows them, `whsec_` and Base64: one per account, more while an account changes over. */
  secrets: NamedKey[];
  /** Header svix-id: the same when a message is sent again. */
  id: string;
  /** Header svix-timestamp: seconds since the epoch. */
  timestamp: string;
  /** Header svix-signature: signatures such as `v1,<Base64>`, with spaces between them. */
  signature: string;
  /** The bytes as received: parsing and writing JSON again gives another signature. */
  body: Buffer;
  /** The time here, in milliseconds. */
  now: number;
}

export type SvixCode = 'missing_header' | 'timestamp' | 'signature';
/** `account` is the name of the secret that it was signed with. */
export type SvixCheck = { ok: true; account: string } | { ok: false; code: SvixCode; field: string; message: string };

/**
 * Checks base64(HMAC-SHA256(secret, id + '.' + timestamp + '.' + body)) in constant time against each of the
 * signatures of version 1, and that the timestamp is within 5 minutes of `now`, before or after.
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function verifySvix({ secrets, id, timestamp, signature, body, now }: SvixRequest): SvixCheck {
  for (const [field, value] of [['svix-id', id], ['svix-timestamp', timestamp], ['svix-signature', signature]] as const) {
    if (value === '') return refused('missing_header', field, `${field} is required: Resend sends it with every webhook`);
  }
  if (!/^\d{1,12}$/.test(timestamp)) return refused('timestamp', 'svix-timestamp', 'svix-timestamp must be seconds since the epoch');
  if (Math.abs(now - Number(timestamp) * 1000) > MAX_SKEW_MS) {
    return refused('timestamp', 'svix-timestamp', 'svix-timestamp is more than 5 minutes away from the time here; check the clock of this machine');
  }
  const given = signature.split(' ').filter((entry) => entry.startsWith('v1,')).map((entry) => Buffer.from(entry.slice(3), 'base64'));
  // All pairs are compared, so that the time does not tell which one fits.
  const fitting = secrets.filter(({ key }) => given.map((mac) => isEqual(mac, macOf(key, id, timestamp, body))).includes(true));
  return fitting[0] ? { ok: true, account: fitting[0].name } : refused('signature', 'svix-signature', 'svix-signature does not match; check that RESEND_WEBHOOK_SECRETS has the signing secret of this webhook');
}

function macOf(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  // What follows the prefix of `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw` is the key in Base64.
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  // timingSafeEqual throws on other lengths; the length of the right one is no secret.
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refused(code: SvixCode, field: string, message: string): SvixCheck {
  return { ok: false, code, field, message };
}
