// A definition that is not saved, compiled as if it were: beside the saved ones, in place of the one of its name.
//
// A text has one segment, and before or behind it, between lines of `---`, any traits that are not saved either. JSON is
// YAML (https://yaml.org/spec/1.2.2/#12-relation-to-json), so both are read alike.
import { isMap, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { DefinitionError, fixedParts, parseDefinitions, templateFileName, type Definitions, type DefinitionText } from '../evaluate/index.js';
import type { SavedDefinitions } from './saved-definitions.js';

type Texts = { traits: readonly DefinitionText[]; segments: readonly DefinitionText[] };

/**
 * The segments of the text, compiled; more than one where it is a template. Problems have the line in the text, and the
 * file that the definition would be saved as. Throws DefinitionError.
 */
export function previewDefinitions({ texts, catalog }: Pick<SavedDefinitions, 'texts' | 'catalog'>, text: string): Definitions {
  const written = documentsOf(text);
  const saved = without(texts, written);
  const compile = (beside: Texts): Definitions => {
    const known = new Set(beside.segments.length === 0 ? [] : parseDefinitions(beside, catalog).segments.map(({ name }) => name));
    const all = parseDefinitions({ traits: [...beside.traits, ...written.traits], segments: [...beside.segments, ...written.segments] }, catalog);
    return { ...all, segments: all.segments.filter(({ name }) => !known.has(name)) };
  };
  try {
    // What is not mentioned cannot matter, and reading two hundred definitions would keep the stream waiting.
    return nonEmpty(compile(mentioned(saved, text)), written);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    // With all names at hand, messages can suggest one.
    return nonEmpty(compile(saved), written);
  }
}

function nonEmpty(definitions: Definitions, { segments: [first] }: Texts): Definitions {
  if (definitions.segments.length > 0) return definitions;
  throw new DefinitionError([{ file: first?.file ?? 'schemas/segments/preview.yaml', line: 1, message: 'there is no segment in it: write one as docs/segments.md has it, with name, version, description, owner, purpose and when' }]);
}

function without(texts: Texts, written: Texts): Texts {
  const others = (kind: keyof Texts) => texts[kind].filter(({ file }) => !written[kind].some((one) => one.file === file));
  return { traits: others('traits'), segments: others('segments') };
}

/** The definitions whose names the text has, and those that these have. */
function mentioned(texts: Texts, text: string): Texts {
  const found = new Set<DefinitionText>();
  let looked = [text];
  while (looked.length > 0) {
    const more = [...texts.traits, ...texts.segments].filter((one) => !found.has(one) && looked.some((part) => isNamedIn(part, one.file)));
    for (const one of more) found.add(one);
    looked = more.map((one) => one.text);
  }
  return { traits: texts.traits.filter((one) => found.has(one)), segments: texts.segments.filter((one) => found.has(one)) };
}

/** Whether the text has the name of what a file defines; of a template, one that it may make. */
function isNamedIn(text: string, file: string): boolean {
  const { start, end = '' } = fixedParts(file);
  return text.includes(start) && text.includes(end);
}

/** As it would be saved. */
function fileNameOf(contents: Document.Parsed['contents']): string {
  if (!isMap(contents)) return 'preview';
  const name: unknown = contents.get('name');
  if (typeof name !== 'string') return 'preview';
  return contents.has('foreach') ? templateFileName(name) : name;
}

/** The parts of a text as files; each begins with as many empty lines as stand before it, so that lines are those of the text. */
function documentsOf(text: string): { traits: DefinitionText[]; segments: DefinitionText[] } {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  const written: ReturnType<typeof documentsOf> = { traits: [], segments: [] };
  // What is no YAML is told by who compiles it.
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return { traits: [], segments: [{ file: 'schemas/segments/preview.yaml', text }] };
  for (const document of documents as Document.Parsed[]) {
    const { contents } = document;
    if (contents === null) continue;
    const { line, col } = lines.linePos(contents.range[0]);
    const kind = isMap(contents) && contents.has('operator') ? 'traits' : 'segments';
    const part = `${'\n'.repeat(line - 1)}${' '.repeat(col - 1)}${text.slice(contents.range[0], contents.range[2])}`;
    written[kind].push({ file: `schemas/${kind}/${fileNameOf(contents)}.yaml`, text: part });
  }
  return written;
}
