// Who may ask the API for what: keys with roles, known as hashes, and a share of requests for each.
import { IntakeError, RateLimit, bearerToken, hashedKeys, unauthorised, verifyKey, type HashedKey, type RateLimits } from '@tideway/intake';
import { z } from 'zod';

/** Every key may read; an exporter may also take members out, an author may also preview definitions and write them. */
export const ROLES = ['reader', 'exporter', 'author'] as const;
export type Role = (typeof ROLES)[number];

export const VARIABLES: Record<Role, string> = { reader: 'SEGMENTS_READER_KEYS', exporter: 'SEGMENTS_EXPORTER_KEYS', author: 'SEGMENTS_AUTHOR_KEYS' };

/** The environment of the API. Without keys, nobody may ask anything. */
export const accessShape = {
  SEGMENTS_READER_KEYS: hashedKeys.optional().describe('name:sha256[,name2:...] of who may read segments, sizes and reasons'),
  SEGMENTS_EXPORTER_KEYS: hashedKeys.optional().describe('the same, of who may export members too'),
  SEGMENTS_AUTHOR_KEYS: hashedKeys.optional().describe('the same, of who may preview definitions and write them too'),
  SEGMENTS_REQUESTS_PER_SECOND: z.coerce.number().positive().default(20).describe('of one key, in the long run'),
  SEGMENTS_BURST_REQUESTS: z.coerce.number().positive().default(100).describe('of one key, after a pause'),
};

export class Access {
  readonly #rate: RateLimit;

  constructor(private readonly keys: Record<Role, HashedKey[]>, rate: RateLimits) {
    this.#rate = new RateLimit(rate);
  }

  /** The name of the key of a request that needs `role`. Throws IntakeError 401, 403 or 429. */
  admit(authorization: string | undefined, role: Role): string {
    const presented = bearerToken(authorization) ?? '';
    const names = new Map(ROLES.map((one) => [one, verifyKey(this.keys[one], presented)]));
    const known = [...names.values()].find((name) => name !== undefined);
    if (known === undefined) throw unauthorised('Bearer realm="segments"', `send a key of ${Object.values(VARIABLES).join(', ')} as "Authorization: Bearer <key>"`);
    if (role !== 'reader' && names.get(role) === undefined) {
      throw new IntakeError(403, { code: 'forbidden', field: 'authorization', message: `the key "${known}" has not got the role ${role}: use one of ${VARIABLES[role]}` });
    }
    const seconds = this.#rate.take(known, 1);
    if (seconds > 0) throw new IntakeError(429, { code: 'rate_limited', field: '', message: `too many requests of this key: ask again in ${seconds} s` }, { 'retry-after': String(seconds) });
    return known;
  }
}
