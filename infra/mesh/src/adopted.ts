// What the segments service's partitions tell of the definitions that their profiles were brought to.

/** By partition of profiles: the meaning of each segment that they were brought to, as JSON. Internal to the service. */
export const ADOPTED_TOPIC = 'segments.adopted.v1';

/** Whether the profiles were brought to a segment: a meaning that has only begun to hold ends with `@begun`. */
export function isBroughtTo(meaning: string | undefined): boolean {
  return meaning !== undefined && !meaning.endsWith('@begun');
}
