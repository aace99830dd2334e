// Keys of senders: known to a service as hashes only, and compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** A key that a service accepts. Several may have one name: the old and the new one while a sender changes over. */
export interface HashedKey {
  name: string;
  /** SHA-256 of the key, 32 bytes. */
  hash: Buffer;
}

const ENTRY = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}):([0-9a-fA-F]{64})$/;

/** An environment variable of keys, as `name:hexsha256[,name2:...]`; the hash is what `printf %s KEY | sha256sum` prints. */
export const hashedKeys = z.string().transform((text, ctx): HashedKey[] => {
  const entries = text.split(',').map((part) => part.trim()).filter(Boolean);
  const matches = entries.map((entry) => ENTRY.exec(entry));
  if (entries.length === 0 || matches.includes(null)) {
    ctx.addIssue({ code: 'custom', message: 'must be name:hexsha256[,name2:...], with the SHA-256 of each key as 64 hex digits' });
    return z.NEVER;
  }
  return matches.map((match) => ({ name: match![1]!, hash: Buffer.from(match![2]!, 'hex') }));
});

/** The name of the key that was presented, or undefined. Takes the same time whichever of `keys` it is, or none. */
export function verifyKey(keys: HashedKey[], presented: string): string | undefined {
  const hash = createHash('sha256').update(presented).digest();
  let name: string | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.hash, hash)) name ??= key.name;
  }
  return name;
}

/** User name and password of a Basic Authorization header (RFC 7617); undefined for anything else. A missing colon is forgiven, as Segment does. */
export function basicCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The token of a Bearer Authorization header (RFC 6750); undefined for anything else. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1];
}
