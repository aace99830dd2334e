// A definition file with its lines: what is wrong in it is told with the place and with what to do.
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

/** One thing wrong in the definitions. `line` counts from 1. */
export interface Problem {
  file: string;
  line: number;
  message: string;
}

/** The definitions cannot be used as they are. Not retryable: the files must be mended. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  constructor(readonly problems: readonly Problem[]) {
    super(`${problems.length} problem${problems.length === 1 ? '' : 's'} in the definitions:\n${problems.map(shown).join('\n')}`);
  }
}

function shown({ file, line, message }: Problem): string {
  return `${file}:${line}: ${message}`;
}

/** The name that the definition in a file must have. */
export function definitionName(file: string): string {
  return file.split('/').at(-1)!.replace(/\.yaml$/, '');
}

export type Path = readonly PropertyKey[];

/** Where one definition comes from: what it says, and on which line of its file each part of it stands. */
export abstract class SourceFile {
  readonly problems: Problem[] = [];
  /** What the definition says; undefined where the file is no YAML. */
  abstract readonly value: unknown;
  /** The name that the definition must have. */
  abstract readonly name: string;
  /** Which of its file's definitions this is, in words; empty where the file is no template. */
  readonly which: string = '';

  /** @param file path for messages */
  constructor(readonly file: string) {}

  /** Line of the key or entry that a path leads to, or of the nearest one above it that exists. */
  abstract lineOf(path: Path): number;

  report(path: Path, message: string): void {
    this.problems.push({ file: this.file, line: this.lineOf(path), message });
  }

  /** The value as the schema has it, or undefined and the problems reported. `at` is where the value stands. */
  check<T>(schema: z.ZodType<T>, value: unknown, at: Path = []): T | undefined {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#reportIssue(issue, at);
    return undefined;
  }

  #reportIssue(issue: z.core.$ZodIssue, at: Path): void {
    const path = [...at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.report([...path, key], `there is no "${key}" here: remove it, or check its spelling`);
    } else if (issue.input === undefined) {
      this.report(path, `"${String(path.at(-1) ?? 'the definition')}" is missing: add it${expectation(issue)}`);
    } else {
      this.report(path, `"${path.map(String).join('.') || 'the file'}" is ${JSON.stringify(issue.input)?.slice(0, 80)}${expectation(issue) || `: ${issue.message}`}`);
    }
  }
}

interface Parsed {
  document: Document;
  lines: LineCounter;
}

/** All definitions are read again whenever one of them is written: those that stay are parsed once, which is half of the work. */
const PARSED = new WeakMap<object, Parsed>();

function parsed(definition: { text: string }): Parsed {
  const known = PARSED.get(definition);
  if (known) return known;
  const lines = new LineCounter();
  const made = { document: parseDocument(definition.text, { lineCounter: lines }), lines };
  PARSED.set(definition, made);
  return made;
}

/** A definition file as it is written. */
export class YamlFile extends SourceFile {
  override readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @param definition the last part of `file` without .yaml is the name that it must have; neither ever changes */
  constructor(definition: { readonly file: string; readonly text: string }) {
    const { file } = definition;
    super(file);
    ({ document: this.#document, lines: this.#lines } = parsed(definition));
    for (const error of this.#document.errors) {
      const line = this.#lines.linePos(error.pos[0]).line;
      this.problems.push({ file, line, message: `this is not valid YAML: ${error.message.split('\n')[0]!.replace(/ at line .*/, '')}` });
    }
    this.value = this.problems.length === 0 ? this.#toJs() : undefined;
  }

  override get name(): string {
    return definitionName(this.file);
  }

  override lineOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.#offsetOf(path.slice(0, length));
      if (offset !== undefined) return this.#lines.linePos(offset).line;
    }
    return 1;
  }

  #offsetOf(path: Path): number | undefined {
    const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const key = String(path.at(-1));
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
      return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.#document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }

  #toJs(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 50 });
    } catch (error) {
      // An alias of nothing, or aliases of aliases without end.
      this.problems.push({ file: this.file, line: 1, message: `its aliases cannot be resolved: ${(error as Error).message}` });
      return undefined;
    }
  }
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'record' || issue.expected === 'object' ? ', as keys with values' : `, it must be a ${issue.expected === 'array' ? 'list' : issue.expected}`;
  if (issue.code === 'invalid_value') return `, it must be one of ${issue.values.join(', ')}`;
  return '';
}

/** The names that a misspelt one may have meant, for messages: all where they are few, else the most alike. */
export function suggestion(name: string, names: readonly string[]): string {
  if (names.length <= 12) return names.join(', ') || '(none)';
  const ranked = names.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return `${ranked.slice(0, 4).map(({ candidate }) => candidate).join(', ')} and ${names.length - 4} more`;
}

/** Levenshtein's distance, by rows: https://en.wikipedia.org/wiki/Levenshtein_distance */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
