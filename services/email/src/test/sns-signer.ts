// Signs messages as Amazon SNS does, with a certificate made for the test.
import { generateKeyPairSync, sign } from 'node:crypto';

/** DER: tag, length, content (ITU-T X.690, 8.1). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const time = (ms: number) => der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-T:]|\.\d+/g, '')}`));

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A self-signed certificate for sns.amazonaws.com (RFC 5280, 4.1), valid between these times (ms), in PEM. */
export function certificate(from: number, to: number): string {
  const algorithm = sequence(oid('2a864886f70d01010b'), der(0x05));
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('sns.amazonaws.com')))));
  const toSign = sequence(der(0x02, Buffer.from([1])), algorithm, name, sequence(time(from), time(to)), name, publicKey.export({ type: 'spki', format: 'der' }));
  const bytes = sequence(toSign, algorithm, der(0x03, Buffer.from([0]), sign('sha256', toSign, privateKey)));
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

const SIGNED = ['Message', 'MessageId', 'SubscribeURL', 'Subject', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** The message with SNS's signature of it, by its SignatureVersion. */
export function signed(message: Record<string, string>): Record<string, string> {
  const text = SIGNED.filter((name) => message[name] !== undefined).map((name) => `${name}\n${message[name]}\n`).join('');
  const algorithm = message['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return { ...message, Signature: sign(algorithm, Buffer.from(text), privateKey).toString('base64') };
}
