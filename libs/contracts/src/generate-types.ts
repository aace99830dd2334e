// TypeScript types of product records, as @ovotech/avro-ts writes them.
import { createRequire } from 'node:module';
import { toTypeScript } from '@ovotech/avro-ts';
import type { Schema } from 'avsc';
import type { AvroRecordSchema } from './avro.js';

interface TypeScriptDebug {
  Debug: { enableDeprecationWarnings: boolean };
}

let quiet = false;

/**
 * The TypeScript module of one record: its type and those nested in it. avro-ts also writes each schema as a string,
 * which is left out: the registry and schemas/ hold those already.
 */
export function typesOf(schema: AvroRecordSchema): string {
  silenceDeprecations();
  return toTypeScript(schema as Schema, {}).replace(/^ *export const \w+(Schema|Name) = .*\n/gm, '');
}

/**
 * avro-ts and its ts-compose have a TypeScript of their own each (4.9), which warns of every old function that they
 * call, and says nothing that anybody could mend here. Only that warning of only those two is switched off.
 */
function silenceDeprecations(): void {
  if (quiet) return;
  const ofAvroTs = createRequire(createRequire(import.meta.url).resolve('@ovotech/avro-ts'));
  const ofCompose = createRequire(ofAvroTs.resolve('@ovotech/ts-compose'));
  for (const load of [ofAvroTs, ofCompose]) (load('typescript') as TypeScriptDebug).Debug.enableDeprecationWarnings = false;
  quiet = true;
}
