// Proves that a webhook comes from Mailgun, and that it was not taken before.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NamedKey } from '../named-keys.js';
import { asObject, at } from './payload.js';

/**
 * Mailgun sends a webhook again for 8 hours where it was not taken, and does not say that it signs it anew
 * (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks).
 */
export const MAX_AGE_MS = 9 * 3_600_000;
const MAX_AHEAD_MS = 10 * 60_000;

export type SignatureCheck = { ok: true; account: string; token: string } | { ok: false; code: 'missing_signature' | 'timestamp' | 'signature'; message: string };

/**
 * Checks `signature` in a webhook's body: HMAC-SHA256, in hex, over timestamp and token, with the signing key of the
 * account (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks). The event itself is
 * not signed: whoever can read a webhook could send another event with its signature, once. Never throws.
 */
export function verifyMailgun(payload: unknown, keys: readonly NamedKey[], now: number): SignatureCheck {
  const parts = asObject(at(payload, 'signature'));
  const [timestamp, token, signature] = ['timestamp', 'token', 'signature'].map((name) => at(parts, name));
  if (typeof token !== 'string' || typeof signature !== 'string' || !token || !signature) return refused('missing_signature', 'signature.token and signature.signature are required');
  if (!/^\d{1,12}$/.test(String(timestamp))) return refused('timestamp', 'signature.timestamp must be seconds since 1970');
  const age = now - Number(timestamp) * 1_000;
  if (age > MAX_AGE_MS || age < -MAX_AHEAD_MS) return refused('timestamp', 'signature.timestamp is more than 9 hours old, or more than 10 minutes ahead; check the clock of this machine');
  const given = Buffer.from(signature.toLowerCase());
  const owner = keys.filter(({ key }) => {
    const expected = Buffer.from(createHmac('sha256', key).update(`${String(timestamp)}${token}`).digest('hex'));
    return expected.length === given.length && timingSafeEqual(expected, given);
  })[0];
  return owner ? { ok: true, account: owner.name, token } : refused('signature', 'signature.signature does not match; check MAILGUN_SIGNING_KEYS: the HTTP webhook signing key of the account');
}

function refused(code: 'missing_signature' | 'timestamp' | 'signature', message: string): SignatureCheck {
  return { ok: false, code, message };
}
