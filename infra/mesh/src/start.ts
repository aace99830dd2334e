// `npm start`: everything on this machine, a simulated shop sending native payloads, and a live picture of what becomes
// of them. `npm start -- --events 20000 --exit` is for scripts: it ends with a check of every promise.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '@tideway/embedded';
import { errorText } from '@tideway/service';
import { replay, simulate } from '@tideway/simulator';
import { checkMesh, countStored, waitForLagZero, type Stored } from './check.js';
import { connect, type Clients } from './clients.js';
import { commandsToCopy } from './hints.js';
import { showLive, type Live } from './live.js';
import { meshDir, startMesh, type Mesh } from './mesh.js';
import { tellStory } from './story.js';
import { addTotals, emptyTotals, type SentTotals } from './totals.js';

interface Options {
  events?: number;
  exit: boolean;
  seed: number;
  rate: number;
}

const FINISH_TIMEOUT_MS = 180_000;
/** Sending without end: more events than anybody waits for, of the people of one shop. */
const ENDLESS = { events: 1_000_000_000, people: 5_000 };

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is expected');
  return value;
}

const options = new Command('npm start --')
  .description('Starts the platform, all services and a simulated shop. Ports: TIDEWAY_WEB_PORT, TIDEWAY_CRM_PORT, ..., TIDEWAY_KAFKA_PORT, ...; data: TIDEWAY_DIR')
  .option('--events <n>', 'native events to send (default: 200 a second until Ctrl-C)', whole)
  .option('--exit', 'wait until all is processed, check every promise and exit: 0 if they hold', false)
  .option('--seed <n>', 'seed of the simulator', whole, Date.now() % 1_000_000)
  .option('--rate <n>', 'events a second; 0 sends as fast as they are answered', whole)
  .parse()
  .opts<Omit<Options, 'rate'> & { rate?: number }>();

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.on(signal, () => stopping.abort());

async function run(mesh: Mesh, clients: Clients, begin: number): Promise<number> {
  const { events, exit, seed } = options;
  const rate = options.rate ?? (exit ? 0 : 200);
  console.log(`Everything runs, ${((Date.now() - begin) / 1000).toFixed(1)} s after the start.\n`);
  for (const line of commandsToCopy(mesh)) console.log(line);
  if (!exit) await tellStory(mesh, clients, (line) => console.log(line));
  // Data of an earlier run may be here, and not all of it processed.
  if (exit) await waitForLagZero(clients, FINISH_TIMEOUT_MS, () => undefined);
  const before = await countStored(clients);
  console.log(`\nA simulated shop sends ${events ?? 'events without end'}${events ? ' events' : ''} (seed ${seed}).`);
  let sent: Record<string, number> = { web: 0, crm: 0 };
  const live = showLive(mesh, clients, () => sent);
  const totals = await replay(simulate({ seed, ...(events === undefined ? ENDLESS : { events }) }), mesh.targets, {
    ...(rate > 0 ? { eventsPerSecond: rate } : {}),
    signal: stopping.signal,
    onAnswer: (request) => {
      sent = { ...sent, [request.domain]: (sent[request.domain] ?? 0) + request.events };
    },
  });
  live.stop();
  if (stopping.signal.aborted) return 0;
  if (!exit) {
    const still = showLive(mesh, clients, () => sent);
    await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
    still.stop();
    return 0;
  }
  return check(clients, before, addTotals(emptyTotals(), totals), live);
}

async function check(clients: Clients, before: Stored, totals: SentTotals, live: Live): Promise<number> {
  await waitForLagZero(clients, FINISH_TIMEOUT_MS, (lag) => console.log(`waiting: ${Object.entries(lag).map(([group, n]) => `${group} ${n}`).join('   ')}`));
  const findings = await checkMesh(clients, before, totals);
  console.log(['', ...(await live.picture()), ''].join('\n'));
  for (const { name, ok, detail } of findings) console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

/** What the command line needs: the platform, the services' addresses, and the key of quarantine. */
function toolEnvironment({ env, urls, secrets }: Mesh): Record<string, string> {
  const addresses = Object.entries(urls).map(([name, url]) => [`TIDEWAY_${name.toUpperCase().replaceAll('-', '_')}_URL`, url]);
  return { ...env, ...Object.fromEntries(addresses) as Record<string, string>, QUARANTINE_KEY: secrets.quarantineKey };
}

async function main(): Promise<number> {
  const begin = Date.now();
  const dir = meshDir();
  const addresses = path.join(dir, 'mesh.json');
  let mesh: Mesh | undefined;
  let clients: Clients | undefined;
  try {
    mesh = await startMesh({ dir, onProgress: (line) => console.log(line) });
    if (stopping.signal.aborted) return 0;
    writeFileSync(addresses, JSON.stringify(toolEnvironment(mesh), null, 2), { mode: 0o600 });
    clients = connect(mesh.env);
    return await run(mesh, clients, begin);
  } finally {
    console.log('Stopping…');
    rmSync(addresses, { force: true });
    await clients?.clickhouse.close();
    await mesh?.stop();
  }
}

main().then((code) => process.exit(code), (error: unknown) => {
  console.error(error instanceof PlatformError ? error.message : errorText(error));
  process.exit(1);
});
