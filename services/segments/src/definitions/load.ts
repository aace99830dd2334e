// Reads schemas/traits and schemas/segments into definitions that the stream and the SQL compiler both use.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { loadCatalog, type Catalog } from './catalog.js';
import { compileSegment, type Segment } from './segment.js';
import { definitionName, DefinitionError, SourceFile, type Problem } from './source.js';
import { compileTrait, type Trait } from './trait.js';

/** Traits and segments, each sorted by name. */
export interface Definitions {
  traits: readonly Trait[];
  segments: readonly Segment[];
}

/** A definition file: its path, for messages and for the name, and its text. */
export interface DefinitionText {
  file: string;
  text: string;
}

/**
 * Reads the definitions under `dir` (default: the workspace's schemas folder).
 * @throws DefinitionError with every problem found, each with file, line and what to do.
 */
export function loadDefinitions(dir: string = schemasDir()): Definitions {
  const problems: Problem[] = [];
  const read = (folder: string) => readFolder(path.join(dir, folder), `schemas/${folder}`, problems);
  const texts = { traits: read('traits'), segments: read('segments') };
  return parseDefinitions(texts, loadCatalog(dir), problems);
}

/**
 * Compiles definitions from their texts.
 * @param problems what is known to be wrong already
 * @throws DefinitionError as loadDefinitions does.
 */
export function parseDefinitions(texts: { traits: readonly DefinitionText[]; segments: readonly DefinitionText[] }, catalog: Catalog, problems: Problem[] = []): Definitions {
  const compileEach = <T extends { name: string }>(files: readonly DefinitionText[], compile: (source: SourceFile) => T | undefined): T[] => {
    const sources = files.map(({ file, text }) => new SourceFile(file, text));
    const compiled = sources.flatMap((source) => {
      const definition = source.problems.length === 0 ? compile(source) : undefined;
      return definition ? [{ source, definition }] : [];
    });
    reportDuplicates(compiled);
    problems.push(...sources.flatMap((source) => source.problems));
    return compiled.map(({ definition }) => definition).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const traits = compileEach(texts.traits, (source) => compileTrait(source, catalog)).map((trait, index) => ({ ...trait, index }));
  const byName = new Map(traits.map((trait) => [trait.name, trait]));
  const broken = new Set(texts.traits.map(({ file }) => definitionName(file)).filter((name) => !byName.has(name)));
  const segments = compileEach(texts.segments, (source) => compileSegment(source, byName, broken, catalog));
  if (problems.length > 0) throw new DefinitionError(problems);
  return { traits, segments };
}

function reportDuplicates(compiled: readonly { source: SourceFile; definition: { name: string } }[]): void {
  const first = new Map<string, SourceFile>();
  for (const { source, definition } of compiled) {
    const other = first.get(definition.name);
    if (other) source.report(['name'], `"${definition.name}" is defined in ${other.file} already: remove or rename one of them`);
    else first.set(definition.name, source);
  }
}

/** The definition files of a folder. `shown` is what stands before their names in messages. */
export function readFolder(folder: string, shown: string, problems: Problem[]): DefinitionText[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'README.md').sort();
  return names.flatMap((name) => {
    const file = `${shown}/${name}`;
    if (name.endsWith('.yaml')) return [{ file, text: readFileSync(path.join(folder, name), 'utf8') }];
    problems.push({ file, line: 1, message: 'definitions are files that end in .yaml, directly in this folder: rename or move this' });
    return [];
  });
}
