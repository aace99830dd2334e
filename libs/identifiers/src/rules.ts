// The rules of identifiers, read from schemas/identifiers.yaml: what types there are and which values are nobody's.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { STEPS } from './steps.js';

export interface IdentifierType {
  /** E.g. `email_sha256`. */
  name: string;
  /** The lower, the more an activity is attributed by it where an event carries several. */
  priority: number;
  /** A profile holds at most one value of this type. */
  unique: boolean;
  /** A merge that would give a profile more values of this type is refused. */
  limit: number;
  /** False: an event resolves by it, but it never merges two people. */
  merges: boolean;
  /** Names of the steps, applied in this order. */
  normalise: string[];
  /** The normalised value is hashed, as lower-case hex. */
  hash?: 'sha256';
}

export interface IdentifierRules {
  types: Map<string, IdentifierType>;
  /** Longest value of any type, in characters, before hashing. */
  maxLength: number;
  /** Whether a value is one that many people share: in any case, before hashing, or already hashed. */
  isBlocked(type: string, value: string): boolean;
}

const typeSchema = z.strictObject({
  priority: z.int().positive(),
  unique: z.boolean(),
  limit: z.int().positive(),
  merges: z.boolean().default(true),
  normalise: z.array(z.string().refine((step) => STEPS.has(step), { error: `must be one of ${[...STEPS.keys()].join(', ')}` })),
  hash: z.literal('sha256').optional(),
}).refine((type) => !type.unique || type.limit === 1, { error: 'a unique type has the limit 1', path: ['limit'] });

const fileSchema = z.strictObject({
  types: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), typeSchema),
  maxLength: z.int().positive(),
  blocked: z.record(z.string(), z.array(z.string())).default({}),
});

/** Applied to every type, beside the list of the type's own. */
const ANY_TYPE = 'any';

/**
 * Reads `identifiers.yaml` of a schemas folder. Throws an Error that names the file, the place in it and what is
 * wrong there; starting again without mending the file cannot help.
 */
export function loadIdentifierRules(dir: string = schemasDir()): IdentifierRules {
  const file = path.join(dir, 'identifiers.yaml');
  const { types: entries, maxLength, blocked } = readRulesFile(file);
  const types = new Map(Object.entries(entries).map(([name, type]) => [name, { name, ...type } satisfies IdentifierType]));
  assertConsistent(file, types, Object.keys(blocked));
  const blockedOf = new Map([...types.values()].map((type) => [type.name, blockedForms(type, [...blocked[ANY_TYPE] ?? [], ...blocked[type.name] ?? []])]));
  return { types, maxLength, isBlocked: (type, value) => blockedOf.get(type)?.has(value.trim().toLowerCase()) ?? false };
}

function readRulesFile(file: string): z.infer<typeof fileSchema> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const { path: place, message } = parsed.error.issues[0]!;
    throw new Error(`${file}: ${place.join('.') || 'the file'}: ${message}`);
  }
  return parsed.data;
}

function assertConsistent(file: string, types: Map<string, IdentifierType>, blockedTypes: string[]): void {
  const unknown = blockedTypes.find((type) => type !== ANY_TYPE && !types.has(type));
  if (unknown !== undefined) throw new Error(`${file}: blocked.${unknown}: there is no type of this name under types`);
  const byPriority = new Map<number, string>();
  for (const { name, priority } of types.values()) {
    const other = byPriority.get(priority);
    if (other !== undefined) throw new Error(`${file}: types.${name}.priority: ${priority} is the priority of ${other} already; give each type its own`);
    byPriority.set(priority, name);
  }
}

/**
 * Every form in which a blocked value can arrive: as written, normalised, and hashed from either. Phone numbers
 * also count hashed without their plus sign, as Meta's Conversions API has them.
 */
function blockedForms(type: IdentifierType, values: string[]): Set<string> {
  const forms = new Set(values.flatMap((value) => {
    const written = value.trim().normalize('NFC').toLowerCase();
    const normalised = applySteps(type, written) ?? written;
    return [written, normalised, normalised.replace(/^\+/, '')];
  }));
  if (type.hash) for (const form of [...forms]) forms.add(hash(type.hash, form, 'hex'));
  return forms;
}

function applySteps(type: IdentifierType, value: string): string | undefined {
  for (const name of type.normalise) {
    const result = STEPS.get(name)!(value);
    if (!result.ok) return undefined;
    value = result.value;
  }
  return value;
}

let cached: { dir: string; rules: IdentifierRules } | undefined;

/** The rules of the schemas folder in force, read once. Throws as loadIdentifierRules does. */
export function defaultIdentifierRules(): IdentifierRules {
  const dir = schemasDir();
  if (cached?.dir !== dir) cached = { dir, rules: loadIdentifierRules(dir) };
  return cached.rules;
}
