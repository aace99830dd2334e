// Templates: a file with `foreach` makes one definition for each combination of values, with ${key} replaced by the value.
import { combinationsOf, type Combination } from './foreach.js';
import { definitionName, SourceFile, YamlFile, type Path, type Problem } from './source.js';

/** Other ways to write a value, for names: `Trail Shoes` as trail-shoes or trail_shoes. */
const FILTERS: Record<string, (text: string) => string> = {
  slug: (text) => words(text).join('-'),
  snake: (text) => words(text).join('_'),
};
/** `${key}` or `${key|filter}`. */
const PLACEHOLDER = /\$\{([^{}|]*)(?:\|([^{}]*))?\}/g;
const ONLY_PLACEHOLDER = /^\$\{([^{}|]*)\}$/;

/** What a file defines. */
export interface DefinitionsOfFile {
  file: string;
  /** Its definitions; none where they cannot be made out. */
  sources: readonly SourceFile[];
  /** All that is wrong in the file, as far as it is known when this is called. */
  problems(): Problem[];
}

/** Reads a file: one definition, or those that its `foreach` makes. */
export function definitionsOf(definition: { readonly file: string; readonly text: string }): DefinitionsOfFile {
  const { file } = definition;
  const yaml = new YamlFile(definition);
  if (yaml.problems.length > 0) return { file, sources: [], problems: () => yaml.problems };
  if (!isMap(yaml.value) || !Object.hasOwn(yaml.value, 'foreach')) return { file, sources: [yaml], problems: () => yaml.problems };
  const { foreach, ...template } = yaml.value;
  const sources = expand(template, foreach, yaml);
  return { file, sources, problems: () => [...yaml.problems, ...toldOnce(sources)] };
}

/** Whether a file may be meant to define this name, by the file's own name: what it holds may be beyond reading. */
export function mayDefine(file: string, name: string): boolean {
  const { start, end } = fixedParts(file);
  return end === undefined ? name === start : name.startsWith(start) && name.endsWith(end);
}

/** What the file of a template is called, without .yaml: its name with `{key}` for each `${key}` and `${key|filter}`. */
export const templateFileName = (name: string) => name.replace(PLACEHOLDER, (_, part: string) => `{${part}}`);

/** What all names begin and end with that a file defines; without an end, its one name. */
export function fixedParts(file: string): { start: string; end: string | undefined } {
  const [start = '', ...rest] = definitionName(file).split(/\{[^{}]*\}/);
  return { start, end: rest.at(-1) };
}

function expand(template: Record<string, unknown>, foreach: unknown, file: YamlFile): Expanded[] {
  const combinations = combinationsOf(foreach, file);
  if (!combinations) return [];
  checkPlaceholders(template, combinations, foreach, file);
  checkTemplateName(template['name'], combinations, file);
  if (file.problems.length > 0) return [];
  const expanded = combinations.map((values) => new Expanded(file, template, values));
  const byName = new Map<string, Expanded>();
  for (const one of expanded) {
    const other = byName.get(one.name);
    if (!other) byName.set(one.name, one);
    else if (file.problems.length === 0) file.report(['name'], `"${one.name}" would be the name both${other.which} and${one.which}: give each its own, by the \${...} in the name`);
  }
  return [...byName.values()];
}

/** Reports placeholders of nothing, lists where no list can stand, and keys that stand nowhere. */
function checkPlaceholders(template: unknown, combinations: readonly Combination[], foreach: unknown, file: YamlFile): void {
  const keys = Object.keys(combinations[0]!);
  const used = new Set<string>();
  for (const { path, text, isKey } of textsIn(template, [])) {
    for (const [shown, name = '', filter] of text.matchAll(PLACEHOLDER)) {
      used.add(name);
      const list = combinations.some((values) => Array.isArray(values[name]));
      if (!keys.includes(name)) file.report(path, `foreach has no "${name}" for ${shown}: write ${keys.map((known) => `\${${known}}`).join(' or ') || 'it there'}`);
      else if (filter !== undefined && !Object.hasOwn(FILTERS, filter)) file.report(path, `there is no filter "${filter}" for ${shown}: use one of ${Object.keys(FILTERS).join(', ')}`);
      else if (list && (isKey || filter !== undefined || text !== shown)) file.report(path, `"${name}" has lists, and a list cannot be part of a text: let ${shown} stand alone, or give single values`);
    }
    if (text.replace(PLACEHOLDER, '').includes('${')) file.report(path, `"${text.slice(0, 80)}" has a \${ that does not end: write \${key}`);
  }
  for (const name of keys) {
    if (!used.has(name)) file.report(Array.isArray(foreach) ? ['foreach', 0, name] : ['foreach', name], `"${name}" is not used: write \${${name}} where its value belongs, or remove it`);
  }
}

/** The file has the name of the template without the dollars: a reader finds it by the name of what it makes. */
function checkTemplateName(name: unknown, combinations: readonly Combination[], file: YamlFile): void {
  const text = typeof name === 'string' ? name : '';
  if (text.search(PLACEHOLDER) < 0) {
    const example = `\${${Object.keys(combinations[0]!)[0] ?? 'key'}}`;
    file.report(['name'], `the definitions need names of their own: write ${example} into the name, such as "name: ${text || 'buyers'}-${example}"`);
    return;
  }
  const fixed = templateFileName(text);
  if (fixed !== file.name) file.report(['name'], `the name is "${text}" but the file is ${file.name}.yaml: call the file ${fixed}.yaml`);
}

function* textsIn(node: unknown, path: Path): Generator<{ path: Path; text: string; isKey?: boolean }> {
  if (typeof node === 'string') yield { path, text: node };
  if (node === null || typeof node !== 'object') return;
  for (const [name, child] of Array.isArray(node) ? node.entries() : Object.entries(node)) {
    if (typeof name === 'string') yield { path: [...path, name], text: name, isKey: true };
    yield* textsIn(child, [...path, name]);
  }
}

/** One definition of a template. Its lines are those of the template. */
class Expanded extends SourceFile {
  override readonly value: Record<string, unknown>;
  override readonly name: string;
  override readonly which: string;
  readonly #file: YamlFile;
  readonly #values: Combination;

  constructor(file: YamlFile, template: Record<string, unknown>, values: Combination) {
    super(file.file);
    this.#file = file;
    this.#values = values;
    this.which = ` (with ${Object.entries(values).map(([name, each]) => `${name}: ${String(each).slice(0, 40)}`).join(', ')})`;
    this.value = this.#filled(template, []) as Record<string, unknown>;
    this.name = String(this.value['name']);
  }

  override lineOf(path: Path): number {
    return this.#file.lineOf(this.#inTemplate(path));
  }

  #filled(node: unknown, path: Path): unknown {
    if (typeof node === 'string') return this.#fill(node);
    if (Array.isArray(node)) return node.map((child, index) => this.#filled(child, [...path, index]));
    if (!isMap(node)) return node;
    const entries = Object.entries(node).map(([name, child]) => [String(this.#fill(name)), this.#filled(child, [...path, name])] as const);
    const filled = Object.fromEntries(entries);
    for (const name of Object.keys(filled)) {
      if (entries.filter(([other]) => other === name).length > 1) this.problems.push({ file: this.file, line: this.#file.lineOf(path), message: `"${name}" would stand here twice: let the keys differ` });
    }
    return filled;
  }

  /** A text that is a placeholder alone takes the value with its type. */
  #fill(text: string): unknown {
    const only = ONLY_PLACEHOLDER.exec(text)?.[1];
    if (only !== undefined) return this.#values[only];
    return text.replace(PLACEHOLDER, (_, name: string, filter?: string) => {
      const shown = String(this.#values[name]);
      return filter === undefined ? shown : FILTERS[filter]!(shown);
    });
  }

  /** The same place in the template, where keys may be placeholders still. */
  #inTemplate(path: Path): Path {
    let node: unknown = this.#file.value;
    return path.map((step) => {
      const name = isMap(node) && !Object.hasOwn(node, step) ? (Object.keys(node).find((candidate) => String(this.#fill(candidate)) === step) ?? step) : step;
      node = node !== null && typeof node === 'object' ? (node as Record<PropertyKey, unknown>)[name] : undefined;
      return name;
    });
  }
}

const MESSAGES_PER_LINE = 3;

interface Told {
  problem: Problem;
  /** Definitions that have it. */
  which: Set<string>;
}

/** What is wrong in a template's definitions: a line and a message once, however many combinations have it. */
function toldOnce(sources: readonly SourceFile[]): Problem[] {
  const lines = new Map<number, Map<string, Told>>();
  for (const { problems, which } of sources) {
    for (const problem of problems) {
      const messages = lines.get(problem.line) ?? new Map<string, Told>();
      const told = messages.get(problem.message) ?? { problem, which: new Set() };
      told.which.add(which);
      lines.set(problem.line, messages.set(problem.message, told));
    }
  }
  return [...lines.values()].flatMap((messages) => {
    const told = [...messages.values()].map(({ problem, which: [first = '', ...others] }) =>
      ({ ...problem, message: problem.message + (others.length === 0 ? first : first.replace(/\)$/, `, and ${others.length} more)`)) }));
    const rest = told.length - MESSAGES_PER_LINE;
    const summary = rest > 0 ? [{ ...told[0]!, message: `${rest} more problems of other combinations on this line: mend these first` }] : [];
    return [...told.slice(0, MESSAGES_PER_LINE), ...summary];
  });
}

function isMap(node: unknown): node is Record<string, unknown> {
  return node !== null && typeof node === 'object' && !Array.isArray(node);
}

/** The words of a text in the 26 small letters and digits, accents removed. */
function words(text: string): string[] {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== '');
}
