// Which identifiers may leave with the members of a segment: those that its purpose names in schemas/purposes.yaml.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { loadIdentifierRules } from '@tideway/identifiers';
import { IntakeError, badRequest } from '@tideway/intake';
import { PermanentError } from '@tideway/service';
import { parse } from 'yaml';
import { z } from 'zod';

const fileSchema = z.looseObject({ purposes: z.record(z.string(), z.looseObject({ identifiers: z.array(z.string()).default([]) })) });

/** Types by purpose. */
export type PurposeIdentifiers = ReadonlyMap<string, readonly string[]>;

/** Throws PermanentError where the file names a type that identifiers.yaml does not have. */
export function loadPurposeIdentifiers(dir: string = schemasDir()): PurposeIdentifiers {
  const file = path.join(dir, 'purposes.yaml');
  const { types } = loadIdentifierRules(dir);
  const { purposes } = fileSchema.parse(parse(readFileSync(file, 'utf8')));
  return new Map(Object.entries(purposes).map(([purpose, { identifiers }]) => {
    const unknown = identifiers.find((type) => !types.has(type));
    if (unknown !== undefined) throw new PermanentError(`${file}: purposes.${purpose}.identifiers: there is no type "${unknown}" in identifiers.yaml: name one of ${[...types.keys()].join(', ')}`);
    return [purpose, identifiers];
  }));
}

/**
 * The types of `email_sha256,user_id` that members of a segment are asked by; none where it is not given. Throws
 * IntakeError 400 for a type that does not exist, 403 for one that the purpose does not allow.
 */
export function allowedTypes(allowed: PurposeIdentifiers, { name, purpose }: { name: string; purpose: string }, asked: string | undefined, known: ReadonlySet<string>): string[] {
  const types = [...new Set((asked ?? '').split(',').map((type) => type.trim()).filter(Boolean))];
  const unknown = types.find((type) => !known.has(type));
  if (unknown !== undefined) throw badRequest('unknown_type', 'identifiers', `"${unknown.slice(0, 60)}" is no identifier type; schemas/identifiers.yaml has ${[...known].join(', ')}`);
  const of = allowed.get(purpose) ?? [];
  const refused = types.filter((type) => !of.includes(type));
  if (refused.length === 0) return types;
  throw new IntakeError(403, {
    code: 'not_allowed', field: 'identifiers',
    message: `${name} has the purpose ${purpose}, for which members may not be exported by ${refused.join(', ')}: ask for ${of.join(', ') || 'profile_id alone, without identifiers'}. `
      + 'Who answers for data protection decides it in schemas/purposes.yaml',
  });
}
