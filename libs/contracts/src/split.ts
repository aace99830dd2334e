// What a `profile_split` activity says: written by the customer service, read by all that keep something of a profile.
import { z } from 'zod';

const consent = z.object({ purpose: z.string(), channel: z.string(), decision: z.string(), decided_at: z.number() });
const shape = z.object({ into: z.string(), left: z.array(z.string()), consents: z.object({ stayed: z.array(consent), left: z.array(consent) }) });

/**
 * A profile from which identifiers (`left`, as type:value) went to a new one (`into`), and the decisions in force of both
 * after that (`decided_at` in ms): each has those that its own identifiers took.
 */
export type ProfileSplit = z.infer<typeof shape>;

/** The properties of the activity, which are texts. */
export function splitProperties({ into, left, consents }: ProfileSplit): Record<string, string> {
  return { into, left: JSON.stringify(left), consents: JSON.stringify(consents) };
}

/** What an activity tells of a split; undefined for any other activity, and for one that somebody else wrote. */
export function readSplit({ type, properties }: { type: string; properties: Readonly<Record<string, string>> }): ProfileSplit | undefined {
  if (type !== 'profile_split') return undefined;
  const { into, left, consents } = properties;
  return shape.safeParse({ into, left: parsed(left), consents: parsed(consents) }).data;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
