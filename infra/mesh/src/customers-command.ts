// `npm run -s tideway -- customers erase IDENTIFIER`: has a person forgotten, and says what is left to be deleted by hand;
// `customers split IDENTIFIER...`: takes identifiers out of a profile that is not one person.
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { deletionsOf } from '@tideway/clickhouse';
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
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

/** Adds the commands to `program`; `clients` are made when a command runs. */
export function addCustomersCommands(program: Command, clients: () => Clients): void {
  const customers = program.command('customers').description('the people behind the profiles');

  customers.command('erase').description('has a person forgotten: the profile leaves every segment, and what comes of them later is dropped')
    .argument('<identifier>', 'type:value, such as user_id:u-1; raw e-mail addresses and phone numbers are hashed here')
    .option('--source <text>', 'who asked for it; it is kept', 'operator')
    .action(async (asked: string, { source }: { source: string }) => {
      const [type, value] = identifierOf(asked);
      const mesh = clients();
      try {
        const key = identifierKey(type, value);
        const known = await knownBeside(mesh, [key]);
        await publish(mesh, (publisher, at) => publisher.publish('customer.erasures', [{ event_id: randomUUID(), ...at, source, identifiers: { [type]: value } }]));
        console.log(`${key} is erased within a second. Rows in ClickHouse stay until they are deleted; run there, as a user that may:\n`);
        console.log(`${deletionsOf(mesh.products, known.length > 0 ? known.map(({ identifier }) => identifier) : [key]).join(';\n')};`);
      } finally {
        await mesh.clickhouse.close();
      }
    });

  customers.command('split').description('takes identifiers out of a profile that is not one person, together, for a profile of their own')
    .argument('<identifiers...>', 'type:value, such as anonymous_id:a-1; raw e-mail addresses and phone numbers are hashed here')
    .option('--source <text>', 'who asked for it; it is kept', 'operator')
    .action(async (asked: string[], { source }: { source: string }) => {
      const named = asked.map(identifierOf);
      const leaving = [...new Set(named.map(([type, value]) => identifierKey(type, value)))].sort();
      const mesh = clients();
      try {
        const from = profileToSplit(leaving, await knownBeside(mesh, leaving));
        const [type, value] = named[0]!;
        // The same request again is the same event.
        const event_id = uuidv5([from, ...leaving].join('\n'), SPLIT_NAMESPACE);
        await publish(mesh, (publisher, at) => publisher.publish('customer.splits', [{ event_id, ...at, source, identifiers: { [type]: value }, leaving }]));
        console.log(`Within seconds ${leaving.join(', ')}, and what was done by it, is no more of the profile ${from}, for good: the two are never joined again.`);
      } finally {
        await mesh.clickhouse.close();
      }
    });
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

/** Type and normalised value. @throws Error that says what is wrong, without the value. */
export function identifierOf(asked: string): [type: string, value: string] {
  const colon = Math.max(asked.indexOf(':'), 0);
  const type = asked.slice(0, colon);
  const normalised = normaliseIdentifier(type, asked.slice(colon + 1));
  if (!normalised.ok) throw new Error(`the identifier must be type:value, such as user_id:u-1; ${normalised.message}`);
  return [type, normalised.value];
}

/** The identifiers of the profiles of these, sorted. */
async function knownBeside({ rows }: Clients, identifiers: string[]): Promise<Known[]> {
  return rows<Known>('SELECT identifier, profile_id, cause FROM customer.identities WHERE profile_id IN (SELECT profile_id FROM customer.identities WHERE identifier IN {identifiers:Array(String)}) ORDER BY identifier', { identifiers });
}

/** `send` is given a publisher, and the times of a request of now. */
async function publish({ kafka, registry, products }: Clients, send: (publisher: Publisher, asked: { occurred_at: number; received_at: number }) => Promise<void>): Promise<void> {
  const publisher = new Publisher({ kafka, registry, products, service: 'tideway', logger: createLogger('tideway', 'silent') });
  const now = Date.now();
  try {
    await send(publisher, { occurred_at: now, received_at: now });
  } finally {
    await publisher.disconnect();
  }
}
