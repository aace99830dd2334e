// Requests to take identifiers out of a profile that is not one person: docs/adr/0013-splits.md.
import { Publisher } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import { v5 as uuidv5 } from 'uuid';
import type { Clients } from './clients.js';

/** Namespace of the ids of requests to split. */
const SPLIT_NAMESPACE = '3a0c8f5e-2f5b-4d0e-9a43-7d1f6f0f4c21';

/** A row of customer.identities. */
export interface Known {
  identifier: string;
  profile_id: string;
  cause: string;
}

/**
 * Asks that these identifiers (`type:value`, normalised) leave their profile together, and gives its id. The same request again is
 * the same event. Rejects where it cannot be done, with an Error that says why.
 * @param source who asks for it
 */
export async function askToSplit(mesh: Clients, identifiers: readonly string[], source: string): Promise<string> {
  const leaving = [...new Set(identifiers)].sort();
  const from = profileToSplit(leaving, await knownBeside(mesh, leaving));
  const [first] = identifiers as [string];
  const colon = first.indexOf(':');
  const event_id = uuidv5([from, ...leaving].join('\n'), SPLIT_NAMESPACE);
  await withPublisher(mesh, (publisher, at) => publisher.publish('customer.splits', [{ event_id, ...at, source, identifiers: { [first.slice(0, colon)]: first.slice(colon + 1) }, leaving }]));
  return from;
}

/**
 * The id of the profile that identifiers (`type:value`) can be taken out of.
 * @param known the identifiers of their profiles
 * @throws Error that says why they cannot
 */
export function profileToSplit(leaving: readonly string[], known: readonly Known[]): string {
  const rows = leaving.map((identifier) => known.find((row) => row.identifier === identifier));
  const unknown = rows.findIndex((row) => row === undefined);
  if (unknown >= 0) throw new Error(`nobody is known as ${leaving[unknown]}: name identifiers that customer.identities has, where they are a second after their first event`);
  const erased = rows.find((row) => row!.cause === 'erasure');
  if (erased) throw new Error(`the person of ${erased.identifier} was erased: nothing is left to be split`);
  const from = rows[0]!.profile_id;
  const other = rows.find((row) => row!.profile_id !== from);
  if (other) throw new Error(`${leaving[0]} and ${other.identifier} belong to two profiles: name identifiers of one`);
  if (known.every(({ identifier }) => leaving.includes(identifier))) throw new Error(`the profile ${from} has no identifier but ${leaving.join(', ')}: nobody would be left in it; it may have been split already`);
  return from;
}

/** The identifiers of the profiles of these, sorted. */
export async function knownBeside({ rows }: Clients, identifiers: readonly string[]): Promise<Known[]> {
  return rows<Known>('SELECT identifier, profile_id, cause FROM customer.identities WHERE profile_id IN (SELECT profile_id FROM customer.identities WHERE identifier IN {identifiers:Array(String)}) ORDER BY identifier', { identifiers });
}

/** `send` is given a publisher, and the times of a request of now. */
export async function withPublisher({ kafka, registry, products }: Clients, send: (publisher: Publisher, asked: { occurred_at: number; received_at: number }) => Promise<void>): Promise<void> {
  const publisher = new Publisher({ kafka, registry, products, service: 'tideway', logger: createLogger('tideway', 'silent') });
  const now = Date.now();
  try {
    await send(publisher, { occurred_at: now, received_at: now });
  } finally {
    await publisher.disconnect();
  }
}
