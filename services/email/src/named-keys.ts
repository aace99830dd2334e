// Keys of platforms' webhooks as the environment gives them: one per account, by a name that becomes part of `source`.
import { z } from 'zod';

/** A key that this service has to know itself, as something is computed with it. */
export interface NamedKey {
  name: string;
  key: string;
}

const ENTRY = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}):([\x21-\x2b\x2d-\x7e]+)$/;

/**
 * An environment variable of keys, as `name:key[,name2:key2]`. Several may have one name: the old and the new key while
 * an account changes over. `hint` says in the refusal what a key looks like.
 */
export const namedKeys = (hint: string) => z.string().transform((text, ctx): NamedKey[] => {
  const matches = text.split(',').map((part) => part.trim()).filter(Boolean).map((entry) => ENTRY.exec(entry));
  if (matches.length === 0 || matches.includes(null)) {
    ctx.addIssue({ code: 'custom', message: `must be name:key[,name2:key2], where a key is ${hint}` });
    return z.NEVER;
  }
  return matches.map((match) => ({ name: match![1]!, key: match![2]! }));
});
