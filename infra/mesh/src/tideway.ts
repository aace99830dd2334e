// The command line: `npm run -s tideway -- topic tail segments.memberships.v1`.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { errorText } from '@tideway/service';
import { connect, type Clients } from './clients.js';
import { composeEnvironment, loadPasswords } from './compose-env.js';
import { addDdlCommand } from './ddl-command.js';
import { meshDir } from './mesh.js';
import { loadSecrets } from './secrets.js';
import { addCustomersCommands } from './customers-command.js';
import { addQuarantineCommands } from './quarantine-command.js';
import { addSegmentsCommands } from './segments-command.js';
import { productOfTopic, tailTopics, type TailedRecord } from './tail.js';

/** Addresses: the environment's, else those of the mesh that `npm start` runs here. */
function environment(): Record<string, string | undefined> {
  const file = path.join(meshDir(), 'mesh.json');
  const running = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  return { ...running, ...process.env };
}

function clients(): Clients {
  const env = environment();
  if (!env['KAFKA_BROKERS']) {
    throw new Error('no mesh is running here: `npm start` in another terminal, or set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and CLICKHOUSE_URL');
  }
  return connect(env);
}

/** One line per record: time, key and value as JSON; bytes as text where they are text. */
function shown({ message, partition, value, product }: TailedRecord): string {
  const time = new Date(Number(message.timestamp)).toISOString();
  const json = JSON.stringify(value, (_key, entry: unknown) => (isBuffer(entry) ? Buffer.from(entry.data).toString('utf8') : entry));
  return `${time} ${product.topic}[${partition}]@${message.offset} ${String(message.key)} ${json}`;
}

function isBuffer(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return typeof value === 'object' && value !== null && (value as { type?: string }).type === 'Buffer';
}

const program = new Command('tideway').description('Tools for a running Tideway mesh');
const topic = program.command('topic').description('data product topics');

topic.command('list').description('topics with their kind and purpose').action(() => {
  for (const product of clients().products) console.log(`${product.topic.padEnd(34)} ${product.kind.padEnd(7)} ${product.contract.description.purpose}`);
});

topic.command('tail').description('prints records decoded, as they are committed, until Ctrl-C')
  .argument('<topic...>', 'e.g. segments.memberships.v1')
  .option('--from-beginning', 'begin with the oldest record that is kept')
  .option('--max <n>', 'stop after n records', Number)
  .action(async (names: string[], options: { fromBeginning?: boolean; max?: number }) => {
    const mesh = clients();
    let left = options.max ?? Infinity;
    const stop = await tailTopics(mesh, names.map((name) => productOfTopic(mesh.products, name)), (record) => {
      if (left <= 0) return;
      console.log(shown(record));
      left -= 1;
      if (left === 0) void end();
    }, options.fromBeginning);
    const end = async () => {
      await stop();
      await mesh.clickhouse.close();
      process.exit(0);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(signal, () => void end());
    console.error(`following ${names.join(', ')}; Ctrl-C ends it`);
  });

program.command('compose-env').description('prints what docker-compose.yml reads from .env: keys as hashes, secrets, passwords; the same each time')
  .action(() => {
    process.stdout.write(composeEnvironment(loadSecrets(meshDir()), loadPasswords(meshDir())));
  });
addQuarantineCommands(program, { clients, env: environment });
addSegmentsCommands(program, environment);
addDdlCommand(program, (line) => console.log(line));
addCustomersCommands(program, clients);

program.parseAsync().catch((error: unknown) => {
  console.error(errorText(error));
  process.exit(1);
});
