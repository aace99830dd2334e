// `npm run -s tideway -- customers erase IDENTIFIER`: has a person forgotten, and says what is left to be deleted by hand;
// `customers split IDENTIFIER...`: takes identifiers out of a profile that is not one person.
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { deletionsOf } from '@tideway/clickhouse';
import { identifierKey, normaliseIdentifier } from '@tideway/identifiers';
import type { Clients } from './clients.js';
import { askToSplit, knownBeside, withPublisher } from './splits.js';

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
        await withPublisher(mesh, (publisher, at) => publisher.publish('customer.erasures', [{ event_id: randomUUID(), ...at, source, identifiers: { [type]: value } }]));
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
      const leaving = asked.map((one) => identifierKey(...identifierOf(one)));
      const mesh = clients();
      try {
        const from = await askToSplit(mesh, leaving, source);
        console.log(`Within seconds ${leaving.join(', ')}, and what was done by it, is no more of the profile ${from}, for good: the two are never joined again.`);
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
