// The folder of definitions that a run's services are given: the workspace's, and those of the harness beside them.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ownDefinitions, type OwnOptions } from './own.js';

/** How many definitions a file makes: one, or by its `foreach` one for each row, or for each combination of its lists. */
export function definitionsIn(text: string): number {
  const { foreach } = parse(text) as { foreach?: unknown[] | Record<string, unknown[]> };
  if (foreach === undefined) return 1;
  return Array.isArray(foreach) ? foreach.length : Object.values(foreach).reduce((count, values) => count * values.length, 1);
}

/** Adds the harness's own to `schemas`, a copy of the workspace's. */
export function addOwnDefinitions(schemas: string, options: Omit<OwnOptions, 'existing'>): void {
  const segments = path.join(schemas, 'segments');
  const files = readdirSync(segments).filter((file) => file.endsWith('.yaml'));
  const existing = files.reduce((sum, file) => sum + definitionsIn(readFileSync(path.join(segments, file), 'utf8')), 0);
  for (const { kind, name, text } of ownDefinitions({ ...options, existing })) writeFileSync(path.join(schemas, kind, `${name}.yaml`), text);
}
