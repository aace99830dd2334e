// Proves that a request comes from SendGrid: the signature of its Event Webhook.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/**
 * SendGrid sends a request again for 24 hours where it was not taken, and does not say that it signs it anew. What is
 * replayed within that time keeps its event ids, and counts once.
 */
const MAX_AGE_MS = 25 * 3_600_000;
const MAX_AHEAD_MS = 10 * 60_000;

export interface SendgridRequest {
  /** Public keys of the accounts; several while one is changed. */
  keys: readonly { name: string; key: KeyObject }[];
  /** The bytes as received. */
  body: Buffer;
  /** X-Twilio-Email-Event-Webhook-Timestamp: seconds. */
  timestamp: string;
  /** X-Twilio-Email-Event-Webhook-Signature: base64 of a DER signature. */
  signature: string;
  /** Milliseconds. */
  now: number;
}

/** What a signature proves: the name of the account whose key it is of, or why it is refused. */
export type SignatureCheck = { ok: true; account: string } | { ok: false; code: 'missing_header' | 'timestamp' | 'signature'; message: string };

/** The verification key as SendGrid shows it, base64 of a public key on P-256; undefined for anything else. */
export function sendgridKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks ECDSA with SHA-256 over timestamp and raw body
 * (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
 * Never throws.
 */
export function verifySendgrid({ keys, body, timestamp, signature, now }: SendgridRequest): SignatureCheck {
  if (!timestamp || !signature) return refused('missing_header', 'X-Twilio-Email-Event-Webhook-Signature and -Timestamp are required: switch on Signature Verification in the webhook\'s settings');
  if (!/^\d{1,12}$/.test(timestamp)) return refused('timestamp', 'X-Twilio-Email-Event-Webhook-Timestamp must be seconds since 1970');
  const age = now - Number(timestamp) * 1_000;
  if (age > MAX_AGE_MS || age < -MAX_AHEAD_MS) return refused('timestamp', 'X-Twilio-Email-Event-Webhook-Timestamp is more than 25 hours old, or more than 10 minutes ahead; check the clock of this machine');
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  const given = Buffer.from(signature, 'base64');
  const owner = keys.find(({ key }) => verify('sha256', signed, key, given));
  return owner ? { ok: true, account: owner.name } : refused('signature', 'X-Twilio-Email-Event-Webhook-Signature does not match; check SENDGRID_VERIFICATION_KEYS, and that nothing on the way changes the body');
}

function refused(code: 'missing_header' | 'timestamp' | 'signature', message: string): SignatureCheck {
  return { ok: false, code, message };
}
