// Messages of Amazon SNS to an HTTP endpoint: their shape, the topics that are known here, and their signature.
import { X509Certificate, verify } from 'node:crypto';
import { isoTime, textAt } from './payload.js';

/**
 * SNS tries for at most an hour, but a throttled subscription may wait longer, and the timestamp is that of publishing.
 * What is replayed within that time keeps its event ids, and counts once.
 */
const MAX_AGE_MS = 25 * 3_600_000;
const MAX_AHEAD_MS = 10 * 60_000;

export interface SnsMessage {
  type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  /** Fields that are signed, by their names in the message; texts exactly as they came. */
  signed: Record<string, string>;
  signature: string;
  signatureVersion: '1' | '2';
  /** Path of the signing certificate on `host`. */
  certificatePath: string;
  /** Path and query of SubscribeURL on `host`; for confirmations. */
  subscribePath: string | undefined;
  /** The only host of SNS for the topic's region, e.g. sns.eu-west-1.amazonaws.com. */
  host: string;
  /** AWS account that owns the topic. */
  account: string;
}

export type SnsRefusal = { code: 'required' | 'enum' | 'unknown_topic' | 'url' | 'timestamp' | 'signature'; field: string; message: string };
export type SnsRead = { ok: true; message: SnsMessage } | { ok: false; refusal: SnsRefusal };

const TOPIC_ARN = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{3,40}):(\d{12}):[\w-]{1,256}(?:\.fifo)?$/;
const CERTIFICATE_PATH = /^\/[\w-]{1,100}\.pem$/;
/** In the order in which they are signed; Subject only where the message has one. */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** Whether a text is the ARN of a topic. */
export function isTopicArn(text: string): boolean {
  return TOPIC_ARN.test(text);
}

/**
 * Reads a message that nothing is proven of yet
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html). Its topic must be one of `topicArns`,
 * and its URLs must point to SNS in that topic's region, so that nobody else has this service fetch anything.
 */
export function readSns(payload: unknown, topicArns: ReadonlySet<string>): SnsRead {
  const type = textAt(payload, 'Type') as SnsMessage['type'];
  if (!Object.hasOwn(SIGNED, type ?? '')) return refused('enum', 'Type', `must be ${Object.keys(SIGNED).join(', ')}: is raw message delivery on?`);
  const fields = payload as Record<string, unknown>;
  const names = SIGNED[type].filter((name) => name !== 'Subject' || typeof fields[name] === 'string');
  const missing = [...names, 'Signature', 'SigningCertURL'].find((name) => typeof fields[name] !== 'string' || fields[name] === '');
  if (missing !== undefined) return refused('required', missing, 'is missing');
  const topicArn = fields['TopicArn'] as string;
  const arn = TOPIC_ARN.exec(topicArn);
  if (!arn || !topicArns.has(topicArn)) return refused('unknown_topic', 'TopicArn', 'is none of SES_TOPIC_ARNS');
  const host = `sns.${arn[2]}.amazonaws.com${arn[1] === 'aws-cn' ? '.cn' : ''}`;
  const certificatePath = pathOn(host, fields['SigningCertURL'] as string);
  if (!certificatePath || !CERTIFICATE_PATH.test(certificatePath)) return refused('url', 'SigningCertURL', `must be https://${host}/....pem`);
  const subscribePath = type === 'Notification' ? undefined : pathOn(host, fields['SubscribeURL'] as string);
  if (type !== 'Notification' && !subscribePath?.startsWith('/?Action=ConfirmSubscription&')) return refused('url', 'SubscribeURL', `must be https://${host}/?Action=ConfirmSubscription&...`);
  const version = textAt(payload, 'SignatureVersion');
  if (version !== '1' && version !== '2') return refused('enum', 'SignatureVersion', 'must be 1 or 2');
  const signed = Object.fromEntries(names.map((name) => [name, fields[name] as string]));
  return { ok: true, message: { type, signed, signature: fields['Signature'] as string, signatureVersion: version, certificatePath, subscribePath, host, account: arn[3]! } };
}

/**
 * Why a message is not one that SNS signed, or undefined where it is: RSA over its fields and their names, with SHA-1
 * (version 1) or SHA-256 (version 2), by a certificate of SNS that is valid
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html). `pem` is the certificate, `now` in
 * milliseconds. Never throws.
 */
export function snsRefusal({ signed, signature, signatureVersion }: SnsMessage, pem: string, now: number): SnsRefusal | undefined {
  const timestamp = isoTime(signed['Timestamp']);
  if (timestamp === undefined || now - timestamp > MAX_AGE_MS || timestamp - now > MAX_AHEAD_MS) {
    return { code: 'timestamp', field: 'Timestamp', message: 'Timestamp is more than 25 hours old, or more than 10 minutes ahead; check the clock of this machine' };
  }
  const text = Object.entries(signed).map(([name, value]) => `${name}\n${value}\n`).join('');
  if (isSigned(text, signature, signatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256', pem, now)) return undefined;
  return { code: 'signature', field: 'Signature', message: 'Signature is not that of this message by the certificate of SigningCertURL' };
}

function isSigned(text: string, signature: string, algorithm: string, pem: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) return false;
    return verify(algorithm, Buffer.from(text), certificate.publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** Path and query of an https URL on this very host and its own port, without credentials; else undefined. */
function pathOn(host: string, text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.origin === `https://${host}` && url.username === '' && url.password === '' ? url.pathname + url.search : undefined;
}

function refused(code: SnsRefusal['code'], field: string, message: string): SnsRead {
  return { ok: false, refusal: { code, field, message: `${field} ${message}` } };
}
