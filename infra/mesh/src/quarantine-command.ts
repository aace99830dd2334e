// `npm run -s tideway -- quarantine list|count|show|replay`: what was refused, found, read, mended and sent again.
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { QuarantineReader, type QuarantineEntry, type QuarantineFilter, type QuarantineOriginal } from '@tideway/clickhouse';
import type { ReplayAnswer } from '@tideway/intake';
import type { Clients } from './clients.js';
import { replayEntry, replayTargets, type ReplayOptions, type ReplayTargets } from './quarantine-client.js';

interface Chosen extends QuarantineFilter {
  limit: number;
  json?: boolean;
}

interface ReplayArguments extends Chosen {
  set: Record<string, unknown>;
  body?: string;
  dryRun?: boolean;
  again?: boolean;
}

/** `clients` and the environment are made when a command runs, not when it is described. */
export interface QuarantineParts {
  clients: () => Clients;
  env: () => Record<string, string | undefined>;
}

/** Adds the commands to `program`. */
export function addQuarantineCommands(program: Command, { clients, env }: QuarantineParts): void {
  const quarantine = program.command('quarantine').description('what was refused: list, count, show, replay');
  const withReader = async (run: (reader: QuarantineReader) => Promise<void>) => {
    const mesh = clients();
    await run(new QuarantineReader(mesh.clickhouse)).finally(() => mesh.clickhouse.close());
  };

  filtered(quarantine.command('list').description('entries, the newest first'), 50)
    .action((options: Chosen) => withReader(async (reader) => {
      for (const entry of await reader.list(filterOf(options), options.limit)) console.log(options.json ? JSON.stringify(entry) : line(entry));
    }));

  filtered(quarantine.command('count').description('numbers of entries by service, code, product and source'), 1_000)
    .action((options: Chosen) => withReader(async (reader) => {
      for (const count of (await reader.count(filterOf(options))).slice(0, options.limit)) {
        if (options.json) console.log(JSON.stringify(count));
        else console.log(`${String(count.entries).padStart(8)} ${count.code.padEnd(22)} ${count.service.padEnd(12)} ${(count.product ?? '').padEnd(24)} ${(count.source ?? '').padEnd(24)} ${count.open} to do, last ${time(count.last_at)}`);
      }
    }));

  quarantine.command('show').description('one entry with its reason and its original bytes, which may hold personal data')
    .argument('<id>', 'event_id of the entry')
    .option('--raw', 'nothing but the bytes')
    .action((id: string, { raw }: { raw?: boolean }) => withReader(async (reader) => {
      const entry = await found(reader, id);
      if (raw) process.stdout.write(Buffer.from(entry.original, 'base64'));
      else console.log(described(entry));
    }));

  filtered(quarantine.command('replay').description('sends an entry, or all that are chosen, through its source again; records keep their event_id'), 1_000)
    .argument('[id]', 'event_id of the entry; without it, all entries that the options choose, the oldest first')
    .option('--set <path=value>', 'corrects a value, e.g. properties.currency=EUR or properties.products[0].price=9.5; again for more', set, {})
    .option('--body <file>', 'replaces the original by the content of a file; - is standard input')
    .option('--dry-run', 'says what would become of it, and changes nothing')
    .option('--again', 'replays what has been replayed already, too: it gives no second row')
    .action((id: string | undefined, options: ReplayArguments) => withReader((reader) => replay(reader, replayTargets(env()), id, options)));
}

function filtered(command: Command, limit: number): Command {
  return command
    .option('--code <code>').option('--source <source>', 'e.g. segment:shop').option('--product <product>').option('--service <service>').option('--stage <stage>')
    .addOption(new Option('--state <state>').choices(['open', 'refused', 'replayed']))
    .option('--since <time>', 'refused at or after, e.g. 2026-11-21T09:00:00Z', instant).option('--until <time>', 'refused before', instant)
    .option('--limit <n>', 'at most so many', whole, limit).option('--json', 'a JSON object per line');
}

async function replay(reader: QuarantineReader, targets: ReplayTargets, id: string | undefined, options: ReplayArguments): Promise<void> {
  const correction: ReplayOptions = {
    ...(Object.keys(options.set).length > 0 ? { set: options.set } : {}),
    ...(options.body === undefined ? {} : { body: readFileSync(options.body === '-' ? 0 : options.body, 'utf8') }),
    ...(options.dryRun ? { dryRun: true } : {}),
  };
  if (id !== undefined) {
    const entry = await found(reader, id);
    if (entry.state === 'replayed' && !options.again) throw new Error(`${id} has been replayed at ${time(entry.replayed_at!)} by ${entry.replayed_by}: --again does it once more, and gives no second row`);
    const answer = await replayEntry(targets, entry, correction);
    console.log(options.json ? JSON.stringify(answer) : outcome(answer));
    if (answer.outcome === 'refused') process.exitCode = 1;
    return;
  }
  const filter = filterOf(options);
  if (Object.keys(filter).length === 0) throw new Error('say which: an id, or --code, --source, --product, --service, --stage, --since, --until');
  if (options.body !== undefined) throw new Error('--body replaces one original: name the entry by its id');
  await replayAll(reader, targets, await reader.list({ state: 'open', ...filter }, options.limit, true), correction, options);
}

/** One after the other: an entry that cannot be replayed does not hold up the others. */
async function replayAll(reader: QuarantineReader, targets: ReplayTargets, entries: QuarantineEntry[], correction: ReplayOptions, { json, limit }: ReplayArguments): Promise<void> {
  const counts = { replayed: 0, refused: 0, failed: 0 };
  for (const [index, { event_id, code, source }] of entries.entries()) {
    try {
      const answer = await replayEntry(targets, await found(reader, event_id), correction);
      counts[answer.outcome] += 1;
      if (json) console.log(JSON.stringify(answer));
      else if (answer.outcome === 'refused') console.log(outcome(answer));
    } catch (error) {
      counts.failed += 1;
      console.log(`${event_id} (${code}, ${source ?? 'no source'}): ${(error as Error).message}`);
    }
    if ((index + 1) % 100 === 0) console.error(`${index + 1} of ${entries.length}: ${counts.replayed} replayed, ${counts.refused} refused again, ${counts.failed} failed`);
  }
  console.error(`${correction.dryRun ? 'would be: ' : ''}${counts.replayed} replayed, ${counts.refused} refused again, ${counts.failed} failed${entries.length === limit ? `; there may be more than --limit ${limit}` : ''}`);
  if (counts.refused + counts.failed > 0) process.exitCode = 1;
}

async function found(reader: QuarantineReader, id: string): Promise<QuarantineOriginal> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Error(`"${id}" is no id of quarantine, which is a uuid: \`quarantine list\` shows them`);
  const entry = await reader.show(id);
  if (!entry) throw new Error(`nothing in quarantine has the id ${id}`);
  return entry;
}

function filterOf({ code, source, product, service, stage, state, since, until }: Chosen): QuarantineFilter {
  return Object.fromEntries(Object.entries({ code, source, product, service, stage, state, since, until }).filter(([, value]) => value !== undefined));
}

const time = (ms: number) => new Date(ms).toISOString();

function line({ event_id, occurred_at, state, code, service, product, source, origin, field }: QuarantineEntry): string {
  return `${event_id} ${time(occurred_at)} ${state.padEnd(8)} ${code.padEnd(22)} ${service.padEnd(10)} ${(product ?? '').padEnd(22)} ${source ?? origin ?? ''} ${field ?? ''}`.trimEnd();
}

function described({ original, ...entry }: QuarantineOriginal): string {
  const bytes = Buffer.from(original, 'base64');
  const text = bytes.equals(Buffer.from(bytes.toString('utf8'))) ? bytes.toString('utf8') : `base64 ${original}`;
  const times = { occurred_at: time(entry.occurred_at), replayed_at: entry.replayed_at === null ? null : time(entry.replayed_at) };
  const lines = Object.entries({ ...entry, ...times }).filter(([, value]) => value !== null && value !== '').map(([name, value]) => `${name.padEnd(14)} ${Array.isArray(value) ? value.join(' ') : String(value)}`);
  const leftOut = bytes.length === 0 && (entry.original_bytes ?? 0) > 0 ? '(left out: beyond what quarantine keeps of a source in an hour)' : text;
  return [...lines, '', leftOut].join('\n');
}

function outcome({ id, outcome: what, dry_run, event_ids, rejection, quarantined_as, records }: ReplayAnswer): string {
  if (rejection) return `${id} ${dry_run ? 'would be ' : ''}refused again: ${rejection.code} ${rejection.field} ${rejection.message}${quarantined_as ? `; the correction is ${quarantined_as}` : ''}`;
  return [`${id} ${dry_run ? 'would be ' : ''}${what}: ${event_ids.length === 0 ? 'it gives no records' : `event_id ${event_ids.join(' ')}`}`, ...(records ?? []).map((record) => JSON.stringify(record, undefined, 2))].join('\n');
}

/** `path=value`: JSON where it is some, else text. */
function set(text: string, former: Record<string, unknown>): Record<string, unknown> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('path=value is expected, e.g. properties.currency=EUR');
  const value = text.slice(equals + 1);
  try {
    return { ...former, [text.slice(0, equals)]: JSON.parse(value) as unknown };
  } catch {
    return { ...former, [text.slice(0, equals)]: value };
  }
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('a time such as 2026-11-21T09:00:00Z is expected');
  return ms;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is expected');
  return value;
}
