// What is true of the simulated shop's people, in `truth.ndjson` beside the mesh's data: for scoring only, no service reads it.
import { createReadStream, createWriteStream, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { normaliseIdentifier } from '@tideway/identifiers';
import type { Truth } from '@tideway/simulator';

export const truthFile = (dir: string): string => path.join(dir, 'truth.ndjson');

export interface TruthLog {
  write(truth: Truth): void;
  /** Resolves when all is in the file. */
  close(): Promise<void>;
}

/** Appends a line per truth: the data of a mesh may be of several shops. */
export function openTruthLog(dir: string): TruthLog {
  mkdirSync(dir, { recursive: true });
  // Names and addresses are invented, but whoever copies this for real people will thank for the mode.
  const stream = createWriteStream(truthFile(dir), { flags: 'a', mode: 0o600 });
  return {
    write: (truth) => void stream.write(`${JSON.stringify(truth)}\n`),
    close: () => new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.end(resolve);
    }),
  };
}

/** Identifiers as the mesh writes them, `type:value`, with the person whose they are. Throws an Error where there is no truth, or a line is none. */
export async function readPeople(dir: string): Promise<Map<string, string>> {
  const file = truthFile(dir);
  if (!existsSync(file)) throw new Error(`there is no ${file}: \`npm start\` writes it while it sends its shop`);
  const people = new Map<string, string>();
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    line += 1;
    for (const [identifier, person] of identifiersOf(parse(text, `${file}, line ${line}`))) people.set(identifier, person);
  }
  return people;
}

function parse(text: string, where: string): Truth {
  try {
    return JSON.parse(text) as Truth;
  } catch {
    throw new Error(`${where} is no JSON: a run that was killed may have left half a line; delete it`);
  }
}

/** Identifiers of a person with the person; of any other truth, none. */
export function identifiersOf(truth: Truth): [string, string][] {
  if (truth.kind !== 'person') return [];
  const raw: [string, string][] = [['user_id', truth.user_id], ['email_sha256', truth.email], ...truth.anonymous_ids.map((id): [string, string] => ['anonymous_id', id])];
  return raw.map(([type, value]) => {
    const normalised = normaliseIdentifier(type, value);
    if (!normalised.ok) throw new Error(`the truth has an identifier that the mesh refuses: ${normalised.message}`);
    return [`${type}:${normalised.value}`, truth.person];
  });
}
