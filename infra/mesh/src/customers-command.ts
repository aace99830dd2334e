// `npm run -s tideway -- customers erase IDENTIFIER`: has a person forgotten, and says what is left to be deleted by hand.
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { deletionsOf } from '@tideway/clickhouse';
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
import { Publisher } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import type { Clients } from './clients.js';

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
        const identifiers = await identifiersOf(mesh, identifierKey(type, value));
        await publish(mesh, type, value, source);
        console.log(`${identifierKey(type, value)} is erased within a second. Rows in ClickHouse stay until they are deleted; run there, as a user that may:\n`);
        console.log(`${deletionsOf(mesh.products, identifiers).join(';\n')};`);
      } finally {
        await mesh.clickhouse.close();
      }
    });
}

/** Type and normalised value. @throws Error that says what is wrong, without the value. */
export function identifierOf(asked: string): [type: string, value: string] {
  const colon = Math.max(asked.indexOf(':'), 0);
  const type = asked.slice(0, colon);
  const normalised = normaliseIdentifier(type, asked.slice(colon + 1));
  if (!normalised.ok) throw new Error(`the identifier must be type:value, such as user_id:u-1; ${normalised.message}`);
  return [type, normalised.value];
}

async function identifiersOf({ rows }: Clients, identifier: string): Promise<string[]> {
  const known = await rows<{ identifier: string }>('SELECT identifier FROM customer.identities WHERE profile_id IN (SELECT profile_id FROM customer.identities WHERE identifier = {identifier:String}) ORDER BY identifier', { identifier });
  return known.length > 0 ? known.map((row) => row.identifier) : [identifier];
}

async function publish({ kafka, registry, products }: Clients, type: string, value: string, source: string): Promise<void> {
  const publisher = new Publisher({ kafka, registry, products, service: 'tideway', logger: createLogger('tideway', 'silent') });
  const now = Date.now();
  try {
    await publisher.publish('customer.erasures', [{ event_id: randomUUID(), occurred_at: now, received_at: now, source, identifiers: { [type]: value } }]);
  } finally {
    await publisher.disconnect();
  }
}
