// A profile's state as text, for a hand-over to another instance of this service.
import { deserialize, serialize } from 'node:v8';
import type { ProfileState } from './subject.js';

/** How states are packed: one that was packed otherwise cannot be unpacked. */
export const STATE_FORMAT = 'lists';

/** Maps, sets and big integers stay what they are (https://nodejs.org/api/v8.html#serialization-api); as base64. */
export function packState({ profileId, buckets, consents }: ProfileState): string {
  return serialize({ profileId, buckets, consents }).toString('base64');
}

/** What packState was given, by an instance that evaluates the same definitions. */
export function unpackState(text: string): ProfileState {
  return deserialize(Buffer.from(text, 'base64')) as ProfileState;
}
