// Starts the platform alone: for a service that is run by hand, or a look at the data.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PlatformError, startPlatform, workspaceRoot, type Platform } from './index.js';

const help = `Starts Kafka, the schema registry and ClickHouse on this machine, until Ctrl-C.

  node infra/embedded/dist/main.js [--dir DIR] [--brokers 1|3]

  --dir DIR       where the data is kept (default: .tideway/platform)
  --brokers N     Kafka brokers, 1 or 3 (default: 1)
  --help          this text

Ports: TIDEWAY_KAFKA_PORT, TIDEWAY_REGISTRY_PORT, TIDEWAY_CLICKHOUSE_HTTP_PORT, TIDEWAY_CLICKHOUSE_TCP_PORT;
else those of the last start, else free ones. Kafka's memory: TIDEWAY_KAFKA_HEAP (256m). Downloads are kept
in TIDEWAY_CACHE (.tideway/cache).
`;

async function main(): Promise<void> {
  const { dir, brokers } = readArguments();
  let platform = undefined as Platform | undefined;
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    console.error(`${signal}: stopping.`);
    await platform?.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop('Ctrl-C'));
  process.on('SIGTERM', () => void stop('SIGTERM'));
  platform = await startPlatform({ dir, brokers, onProgress: (line) => console.error(line) });
  console.log(describe(platform));
}

function readArguments(): { dir: string; brokers: 1 | 3 } {
  const { values } = parseArgs({
    options: { dir: { type: 'string', default: path.join(workspaceRoot, '.tideway/platform') }, brokers: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const { dir, brokers } = values;
  if (brokers !== '1' && brokers !== '3') throw new PlatformError(`--brokers takes 1 or 3, not "${brokers}".`);
  return { dir: path.resolve(dir), brokers: brokers === '1' ? 1 : 3 };
}

function describe({ env, analyst }: Platform): string {
  return `
For services:
${Object.entries(env).map(([name, value]) => `export ${name}=${value}`).join('\n')}

For people, read-only: ${analyst.url} (HTTP) or 127.0.0.1:${analyst.tcpPort} (native), user ${analyst.username}, password ${analyst.password}

Ctrl-C stops it; the data stays.`;
}

main().catch((error: Error) => {
  const isForPeople = error instanceof PlatformError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(isForPeople ? error.message : error);
  process.exit(1);
});
