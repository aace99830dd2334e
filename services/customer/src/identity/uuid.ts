// Name-based uuids: the same name gives the same id on every instance and at every replay.
import { hash } from 'node:crypto';

/** Namespace of profile ids. It never changes: with another one, every profile would get a new id. */
export const PROFILE_NAMESPACE = 'c2c3f4b1-6d0e-4f63-9b1a-5a7e1d2f8c40';
/** Namespace of the ids of activities that the customer service makes itself. */
export const ACTIVITY_NAMESPACE = '7f0d9a52-31c8-4b7e-8e65-2b9c04d6a1f3';

/**
 * Compiles uuid version 5 (RFC 9562, section 5.5: SHA-1 of the namespace's bytes and the name in UTF-8) for one
 * namespace. Written out because the uuid package takes six times as long, and every new identifier needs two.
 */
export function uuidV5(namespace: string): (name: string) => string {
  const prefix = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  return (name) => {
    const hex = hash('sha1', Buffer.concat([prefix, Buffer.from(name)]), 'hex');
    const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}

/** The profile id that an identifier (`type:value`) gives to the profile whose oldest it is. */
export const profileIdOf = uuidV5(PROFILE_NAMESPACE);
/** The id of an activity that the service makes itself, from a name that tells it from all others. */
export const activityIdOf = uuidV5(ACTIVITY_NAMESPACE);
