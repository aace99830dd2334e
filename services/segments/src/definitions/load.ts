// Reads schemas/traits and schemas/segments into definitions that the stream and the SQL compiler both use.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { Accumulators, type Accumulator } from '../evaluate/accumulator.js';
import { Leaves } from '../evaluate/leaf.js';
import type { Rank } from '../evaluate/ranks.js';
import { loadCatalog, type Catalog } from './catalog.js';
import { reportCost, type Costly } from './cost.js';
import type { ReadingParts } from '../operators/conditions/registry.js';
import { compileSegment, type Segment } from './segment.js';
import { DefinitionError, suggestion, type Problem, type SourceFile } from './source.js';
import { definitionsOf, mayDefine, type DefinitionsOfFile } from './templates.js';
import { draftTrait, reportUnknownReads, type Trait } from './trait.js';

/** Traits and segments, each sorted by name, and what a profile's state keeps for them. */
export interface Definitions {
  traits: readonly Trait[];
  segments: readonly Segment[];
  accumulators: readonly Accumulator[];
  ranks: readonly Rank[];
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
  return parseDefinitions(readDefinitionTexts(dir), loadCatalog(dir));
}

/** The texts of the definitions under `dir`. @throws DefinitionError where there is something else beside them. */
export function readDefinitionTexts(dir: string = schemasDir()): { traits: DefinitionText[]; segments: DefinitionText[] } {
  const problems: Problem[] = [];
  const read = (folder: string) => readFolder(path.join(dir, folder), `schemas/${folder}`, problems);
  const texts = { traits: read('traits'), segments: read('segments') };
  if (problems.length > 0) throw new DefinitionError(problems);
  return texts;
}

/**
 * Compiles definitions from their texts.
 * @throws DefinitionError as loadDefinitions does.
 */
export function parseDefinitions(texts: { traits: readonly DefinitionText[]; segments: readonly DefinitionText[] }, catalog: Catalog): Definitions {
  const files = { traits: texts.traits.map(definitionsOf), segments: texts.segments.map(definitionsOf) };
  const accumulators = new Accumulators();
  const traits = compileTraits(files.traits, catalog, accumulators);
  const segments = compileSegments(files.segments, { catalog, accumulators, leaves: new Leaves(), traits, broken: new BrokenNames(files.traits, traits) });
  reportCost([
    ...written(files.traits, [...traits.values()], (trait) => trait.accumulators, 'over'),
    ...written(files.segments, segments, ({ condition }) => condition.accumulators, 'when'),
  ]);
  const problems = [...files.traits, ...files.segments].flatMap((file) => file.problems());
  if (problems.length > 0) throw new DefinitionError(problems);
  return { traits: sortedByName(traits.values()), segments: sortedByName(segments), accumulators: accumulators.all, ranks: [...accumulators.ranks.values()] };
}

/** The definitions of these files with what each of them keeps; `key` is where it says so. */
function written<T extends { name: string }>(files: readonly DefinitionsOfFile[], definitions: readonly T[], keeps: (definition: T) => readonly Accumulator[], key: string): Costly[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return files.flatMap(({ sources }) => sources.flatMap((source) => {
    const definition = byName.get(source.name);
    return definition ? [{ source, keeps: keeps(definition), key }] : [];
  }));
}

const sortedByName = <T extends { name: string }>(definitions: Iterable<T>): T[] => [...definitions].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Those that read others are completed after these. */
function compileTraits(files: readonly DefinitionsOfFile[], catalog: Catalog, accumulators: Accumulators): Map<string, Trait> {
  const sources = files.flatMap((file) => file.sources);
  const drafts = sources.flatMap((source) => {
    const draft = source.problems.length === 0 ? draftTrait(source, catalog) : undefined;
    return draft ? [{ source, definition: draft }] : [];
  });
  reportDuplicates(drafts);
  const names = sources.map(({ name }) => name);
  for (const { source, definition } of drafts) reportUnknownReads(definition, source, names, new BrokenNames(files, new Map()));
  const byName = new Map(drafts.map((draft) => [draft.definition.name, draft]));
  const traitOf = onDemand((name: string, get: (name: string) => Trait | Cycle | undefined): Trait | undefined => {
    const draft = byName.get(name);
    if (!draft) return undefined;
    const traits = Object.entries(draft.definition.reads).flatMap(([key, other]) => {
      const trait = get(other);
      if (trait === CYCLE) draft.source.report([key], `trait "${name}" would read itself, through "${other}": take one of them out of the circle`);
      return trait === undefined || trait === CYCLE ? [] : [trait];
    });
    return traits.length === Object.keys(draft.definition.reads).length ? draft.definition.finish(traits, accumulators) : undefined;
  });
  return new Map([...byName.keys()].sort().flatMap((name) => {
    const trait = traitOf(name);
    return trait !== undefined && trait !== CYCLE ? [[name, trait]] : [];
  }));
}

function compileSegments(files: readonly DefinitionsOfFile[], parts: Omit<ReadingParts, 'segment'>): Segment[] {
  const sources = files.flatMap((file) => file.sources);
  const byName = new Map(sources.map((source) => [source.name, source]));
  const broken = new BrokenNames(files, byName);
  const segmentOf = onDemand((name: string, get: (name: string) => Segment | Cycle | undefined): Segment | undefined => {
    const source = byName.get(name)!;
    if (source.problems.length > 0) return undefined;
    return compileSegment(source, {
      ...parts,
      segment(other) {
        if (broken.has(other)) return undefined;
        if (!byName.has(other)) return { problem: `there is no segment "${other}" in schemas/segments: name one of ${suggestion(other, [...byName.keys()])}` };
        const segment = get(other);
        return segment === CYCLE ? { problem: `segment "${name}" would depend on itself, through "${other}": take one of them out of the circle` } : segment;
      },
    });
  });
  const compiled = sources.flatMap((source) => {
    const segment = byName.get(source.name) === source ? segmentOf(source.name) : undefined;
    return segment !== undefined && segment !== CYCLE ? [segment] : [];
  });
  reportDuplicates(sources.map((source) => ({ source, definition: { name: String((source.value as { name?: unknown } | null)?.name) } })));
  return compiled;
}

const CYCLE = Symbol('cycle');
type Cycle = typeof CYCLE;

/** Makes each thing once, when it is first asked for; CYCLE where it is asked for while it is made. */
function onDemand<T>(make: (name: string, get: (name: string) => T | Cycle | undefined) => T | undefined): (name: string) => T | Cycle | undefined {
  const made = new Map<string, T | Cycle | undefined>();
  const get = (name: string): T | Cycle | undefined => {
    if (made.has(name)) return made.get(name);
    made.set(name, CYCLE);
    const thing = make(name, get);
    made.set(name, thing);
    return thing;
  };
  return get;
}

/** Names of definitions that are wrong themselves: who uses one is not to blame. */
class BrokenNames extends Set<string> {
  /** Files of which it cannot be made out what they define. */
  readonly #unreadable: readonly DefinitionsOfFile[];

  constructor(files: readonly DefinitionsOfFile[], compiled: ReadonlyMap<string, unknown>) {
    super(files.flatMap(({ sources }) => sources.map(({ name }) => name)).filter((name) => !compiled.has(name)));
    this.#unreadable = files.filter(({ sources }) => sources.length === 0);
  }

  override has(name: string): boolean {
    return super.has(name) || this.#unreadable.some(({ file }) => mayDefine(file, name));
  }
}

function reportDuplicates(compiled: readonly { source: SourceFile; definition: { name: string } }[]): void {
  const first = new Map<string, SourceFile>();
  for (const { source, definition } of compiled) {
    const other = first.get(definition.name);
    if (other) source.report(['name'], `"${definition.name}" is defined in ${other.file} already: remove or rename one of them`);
    else first.set(definition.name, source);
  }
}

/** What else is in the folders: how to write definitions, for people and for editors. */
const NO_DEFINITIONS = ['README.md', 'schema.json'];

function readFolder(folder: string, shown: string, problems: Problem[]): DefinitionText[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.') && !NO_DEFINITIONS.includes(name)).sort();
  return names.flatMap((name) => {
    const file = `${shown}/${name}`;
    if (name.endsWith('.yaml')) return [{ file, text: readFileSync(path.join(folder, name), 'utf8') }];
    problems.push({ file, line: 1, message: 'definitions are files that end in .yaml, directly in this folder: rename or move this' });
    return [];
  });
}
