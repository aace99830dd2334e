// Identifier types in the order in which events are attributed by them, from schemas/identifiers.yaml.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { schemasDir } from '@tideway/contracts';

/** Type names, highest priority first. */
export function loadIdentifierPriorities(): string[] {
  const { types } = parse(readFileSync(path.join(schemasDir(), 'identifiers.yaml'), 'utf8')) as { types: Record<string, { priority: number }> };
  return Object.entries(types).sort(([, a], [, b]) => a.priority - b.priority).map(([name]) => name);
}
