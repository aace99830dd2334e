// `npm run -s tideway -- segments list|show|size|sample|why|preview|put|remove|members`: the segments of a running mesh.
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parse } from 'yaml';
import { SegmentsRefusal, askSegments, segmentsTarget } from './segments-client.js';

interface Listed {
  segments: { name: string; version: number; description: string; owner: string; purpose: string; channel: string; size: number }[];
}

interface Why {
  segment: string;
  version: number;
  profile_id: string;
  member: boolean;
  since: number | null;
  as_of: number;
  findings: { depth: number; holds: boolean; sentence: string; must: string | null }[];
}

interface Previewed {
  segments: { segment: string; size: number; sample: string[] }[];
  cost: { rows_read: number; bytes_read: number; ms: number };
}

interface Written {
  name: string;
  size: number | null;
}

/** Adds the commands to `program`; the environment is read when a command runs, not when it is described. */
export function addSegmentsCommands(program: Command, env: () => Record<string, string | undefined>): void {
  const segments = program.command('segments').description('who is in which segment, and why (key: SEGMENTS_KEY)');
  const ask = (path: string, body?: string, method?: string) => askSegments(segmentsTarget(env()), path, body, method);
  const json = async <T>(path: string, body?: string, method?: string) => (await ask(path, body, method)).json() as Promise<T>;
  const of = (name: string, rest = '') => `/v1/segments/${encodeURIComponent(name)}${rest}`;

  formatted(segments.command('list').description('all segments with the number of their members now'))
    .action(async ({ format }: { format: string }) => {
      const listed = await json<Listed>('/v1/segments');
      console.log(format === 'json' ? JSON.stringify(listed.segments, undefined, 2) : table(listed));
    });

  segments.command('show').description('a segment with its definition and its traits, as JSON').argument('<name>')
    .action(async (name: string) => console.log(JSON.stringify(await json(of(name)), undefined, 2)));

  segments.command('size').description('the number of members now').argument('<name>')
    .action(async (name: string) => console.log(String((await json<{ size: number }>(of(name, '/size'))).size)));

  segments.command('sample').description('some members, since when each: a JSON object per line').argument('<name>')
    .option('--limit <n>', 'at most so many', whole, 20)
    .action(async (name: string, { limit }: { limit: number }) => {
      for (const member of (await json<{ members: object[] }>(of(name, `/sample?limit=${limit}`))).members) console.log(JSON.stringify(member));
    });

  formatted(segments.command('why').description('why a person is in a segment or not: each condition with their value and what it must be'))
    .argument('<segment>').argument('<identifier>', 'type:value, such as user_id:u-1, or a profile_id')
    .action(async (segment: string, identifier: string, { format }: { format: string }) => {
      const asked = identifier.includes(':') ? 'identifier' : 'profile_id';
      const why = await json<Why>(of(segment, `/why?${asked}=${encodeURIComponent(identifier)}`));
      console.log(format === 'json' ? JSON.stringify(why, undefined, 2) : explained(why));
    });

  formatted(segments.command('preview').description('size, sample and cost of a definition that is not saved'))
    .argument('<file>', 'YAML or JSON, traits of its own between lines of ---; - is standard input')
    .action(async (file: string, { format }: { format: string }) => {
      const answer = await withLines(file, (body) => json<Previewed>('/v1/segments/preview', body));
      console.log(format === 'json' ? JSON.stringify(answer, undefined, 2) : previewed(answer));
    });

  segments.command('put').description('write a segment, or with --trait a trait: in force within a second, members follow')
    .argument('<file>', 'YAML or JSON with its name; - is standard input').option('--trait', 'the file has a trait')
    .action(async (file: string, { trait = false }: { trait?: boolean }) => {
      const { name, size } = await withLines(file, (body) => json<Written>(`/v1/${trait ? 'traits' : 'segments'}/${encodeURIComponent(nameIn(file, body))}`, body, 'PUT'));
      console.log(size === null ? `${name} is written` : `${name} is written: ${size} member${size === 1 ? '' : 's'}`);
    });

  segments.command('remove').description('remove a segment, or with --trait a trait, that was written; everybody leaves it').argument('<name>').option('--trait', 'it is a trait')
    .action(async (name: string, { trait = false }: { trait?: boolean }) => {
      await ask(`/v1/${trait ? 'traits' : 'segments'}/${encodeURIComponent(name)}`, undefined, 'DELETE');
      console.log(`${name} is removed`);
    });

  segments.command('members').description('all members to standard output').argument('<name>')
    .addOption(new Option('--format <format>').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--identifiers <types>', "types that the segment's purpose allows, comma-separated, e.g. email_sha256")
    .action(async (name: string, { format, identifiers }: { format: string; identifiers?: string }) => {
      const query = new URLSearchParams({ format, ...(identifiers ? { identifiers } : {}) });
      const { body } = await ask(of(name, `/members?${query.toString()}`));
      await pipeline(body!, process.stdout, { end: false });
    });
}

function formatted(command: Command): Command {
  return command.addOption(new Option('--format <format>').choices(['table', 'json']).default('table'));
}

/** Problems are told with the file that was given and its lines. */
async function withLines<T>(file: string, send: (body: string) => Promise<T>): Promise<T> {
  const body = readFileSync(file === '-' ? 0 : file, 'utf8');
  try {
    return await send(body);
  } catch (error) {
    if (!(error instanceof SegmentsRefusal) || error.problems.length === 0) throw error;
    throw new Error(error.problems.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'), { cause: undefined });
  }
}

/** JSON is YAML. */
function nameIn(file: string, text: string): string {
  const { name } = (parse(text) ?? {}) as { name?: unknown };
  if (typeof name !== 'string') throw new Error(`${file} has no "name": write one, it is what the definition is known by`);
  return name;
}

function table({ segments }: Listed): string {
  const rows = [['segment', 'members', 'version', 'purpose', 'channel', 'owner', 'description'], ...segments.map(({ name, size, version, purpose, channel, owner, description }) => [name, String(size), String(version), purpose, channel, owner, description])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 1 || column === 2;
  return rows.map((row) => row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd()).join('\n');
}

function explained({ segment, version, profile_id, member, since, as_of, findings }: Why): string {
  const time = (ms: number) => new Date(ms).toISOString();
  const head = `${profile_id} is ${member ? '' : 'not '}in ${segment} (version ${version}) as of ${time(as_of)}${since === null ? '' : `, since ${time(since)}`}`;
  return [head, ...findings.map(({ depth, holds, sentence }) => `${'  '.repeat(depth + 1)}${holds ? '✓' : '✗'} ${sentence}`)].join('\n');
}

function previewed({ segments, cost }: Previewed): string {
  const parts = segments.flatMap(({ segment, size, sample }) => [`${segment}: ${size} member${size === 1 ? '' : 's'}`, ...sample.slice(0, 5).map((profile) => `  ${profile}`), ...(sample.length > 5 ? ['  …'] : [])]);
  return [...parts, `read ${cost.rows_read.toLocaleString('en')} rows, ${(cost.bytes_read / 1e6).toFixed(1)} MB, in ${cost.ms} ms`].join('\n');
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is expected');
  return value;
}
