// `npm start`: everything on this machine, a simulated shop sending native payloads, and a live picture of what becomes
// of them. `npm start -- --events 20000 --exit` is for scripts: it ends with a check of every promise.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '@tideway/embedded';
import { errorText } from '@tideway/service';
import type { NativeRequest, Totals } from '@tideway/simulator';
import { CampaignDays } from './campaign-days.js';
import { checkMesh, countStored, waitForLagZero, type Stored } from './check.js';
import { connect, type Clients } from './clients.js';
import { commandsToCopy } from './hints.js';
import { showLive, type Live } from './live.js';
import { meshDir, startMesh, type Mesh } from './mesh.js';
import { LIVE_SPEED, ShopRun, historyFor } from './shop-run.js';
import { tellStory } from './story.js';
import { addTotals, emptyTotals, type SentTotals } from './totals.js';
import { openTruthLog, type TruthLog } from './truth.js';

interface Options {
  events?: number;
  exit: boolean;
  seed: number;
  rate?: number;
  days?: number;
  sessions?: number;
}

const FINISH_TIMEOUT_MS = 180_000;
const DAYS = 90;
/** About 12,000 events in 90 days: loaded in a minute or so. */
const SESSIONS_PER_DAY = 20;
const LIVE_RATE = 50;
/** Of a run that ends. */
const BRISK_RATE = 100;

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is expected');
  return value;
}

function countingFromOne(text: string): number {
  const value = whole(text);
  if (value === 0) throw new InvalidArgumentError('at least 1 is expected');
  return value;
}

const options = new Command('npm start --')
  .description('Starts the platform, all services and a simulated shop. Ports: TIDEWAY_WEB_PORT, TIDEWAY_CRM_PORT, ..., TIDEWAY_KAFKA_PORT, ...; data: TIDEWAY_DIR')
  .option('--events <n>', 'so many native events in all: most of them history, the rest live', whole)
  .option('--exit', 'wait until all is processed, check every promise and exit: 0 if they hold; without --events after the history', false)
  .option('--seed <n>', 'seed of the simulator', whole, Date.now() % 1_000_000)
  .option('--days <n>', `days of history, from 1 (default: ${DAYS}, fewer where --events are few)`, countingFromOne)
  .option('--sessions <n>', `sessions a day of the history, from 1 (default: ${SESSIONS_PER_DAY}, or as many as --events need)`, countingFromOne)
  .option('--rate <n>', `events a second, live on an average of the day (default: ${LIVE_RATE}); with --events, at most`, whole)
  .parse()
  .opts<Options>();

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.on(signal, () => stopping.abort());

async function run(mesh: Mesh, clients: Clients, truth: TruthLog, begin: number): Promise<number> {
  const { events, exit, seed, rate } = options;
  console.log(`Everything runs, ${((Date.now() - begin) / 1000).toFixed(1)} s after the start.\n`);
  for (const line of commandsToCopy(mesh)) console.log(line);
  if (!exit) await tellStory(mesh, clients, (line) => console.log(line));
  // Data of an earlier run may be here, and not all of it processed.
  if (exit) await waitForLagZero(clients, FINISH_TIMEOUT_MS, () => undefined);
  const before = await countStored(clients);
  const sent: Record<string, number> = { web: 0, crm: 0, email: 0, 'paid-media': 0 };
  const campaignDays = new CampaignDays();
  const onAnswer = (request: NativeRequest) => {
    sent[request.domain] = (sent[request.domain] ?? 0) + request.events;
    campaignDays.add(request);
  };
  const sized = events === undefined ? { days: options.days ?? DAYS, sessionsPerDay: SESSIONS_PER_DAY } : historyFor(events, options.days ?? DAYS);
  const { days, sessionsPerDay } = { ...sized, ...(options.sessions === undefined ? {} : { sessionsPerDay: options.sessions }) };
  const shop = new ShopRun({ seed, days, sessionsPerDay, signal: stopping.signal, onTruth: (one) => truth.write(one), onAnswer });
  console.log(`\nA simulated shop with ${Math.round(sessionsPerDay)} sessions a day (seed ${seed}) tells its last ${days} days.`);
  const history = await shop.history(mesh, (line) => console.log(line), { events, eventsPerSecond: events === undefined ? undefined : rate || undefined });
  if (stopping.signal.aborted) return 0;
  if (history.differences[0] !== undefined) console.log(`Not as expected: ${history.differences[0]}`);
  const live = showLive(mesh, clients, () => sent);
  try {
    let totals = addTotals(emptyTotals(), history);
    if (events !== undefined || !exit) totals = addTotals(totals, await goOn(shop, mesh, history.sent));
    if (stopping.signal.aborted) return 0;
    if (exit) return await check(clients, before, { ...totals, restated: campaignDays.restated }, campaignDays, live);
    await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
    return 0;
  } finally {
    live.stop();
  }
}

function goOn(shop: ShopRun, mesh: Mesh, sent: number): Promise<Totals> {
  const { events, rate = events === undefined ? LIVE_RATE : BRISK_RATE } = options;
  console.log(`\nIt goes on live: its people carry on, an hour of theirs in ${3600 / LIVE_SPEED} s, about ${rate || BRISK_RATE} events a second${events === undefined ? ' on an average of its day' : ''}.`);
  return shop.live(mesh, rate || BRISK_RATE, events === undefined ? undefined : events - sent);
}

async function check(clients: Clients, before: Stored, totals: SentTotals, campaignDays: CampaignDays, live: Live): Promise<number> {
  live.stop();
  await waitForLagZero(clients, FINISH_TIMEOUT_MS, (lag) => console.log(`waiting: ${Object.entries(lag).map(([group, n]) => `${group} ${n}`).join('   ')}`));
  const findings = [...await checkMesh(clients, before, totals), await campaignDays.check(clients)];
  console.log(['', ...(await live.picture()), ''].join('\n'));
  for (const { name, ok, detail } of findings) console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

/** What the command line needs: the platform, the services' addresses, and the keys of quarantine and segments. */
function toolEnvironment({ env, urls, secrets }: Mesh): Record<string, string> {
  const addresses = Object.entries(urls).map(([name, url]) => [`TIDEWAY_${name.toUpperCase().replaceAll('-', '_')}_URL`, url]);
  return { ...env, ...Object.fromEntries(addresses) as Record<string, string>, QUARANTINE_KEY: secrets.quarantineKey, SEGMENTS_KEY: secrets.segmentsKey };
}

async function main(): Promise<number> {
  const begin = Date.now();
  const dir = meshDir();
  const addresses = path.join(dir, 'mesh.json');
  let mesh: Mesh | undefined;
  let clients: Clients | undefined;
  const truth = openTruthLog(dir);
  try {
    mesh = await startMesh({ dir, onProgress: (line) => console.log(line) });
    if (stopping.signal.aborted) return 0;
    writeFileSync(addresses, JSON.stringify(toolEnvironment(mesh), null, 2), { mode: 0o600 });
    clients = connect(mesh.env);
    return await run(mesh, clients, truth, begin);
  } finally {
    console.log('Stopping…');
    rmSync(addresses, { force: true });
    await truth.close();
    await clients?.clickhouse.close();
    await mesh?.stop();
  }
}

main().then((code) => process.exit(code), (error: unknown) => {
  console.error(error instanceof PlatformError ? error.message : errorText(error));
  process.exit(1);
});
