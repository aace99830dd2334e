// The definitions in force: the files that the service is deployed with, and what was written to a topic since.
import { randomUUID } from 'node:crypto';
import { schemasDir, type Product } from '@tideway/contracts';
import { consumeBlocks, readTopics, type Kafka, type KafkaMessage } from '@tideway/kafka';
import { errorText, preparedLoop, untilDone, type Logger, type Loop, type Metrics, type Service } from '@tideway/service';
import { compileDefinitions, type Compiled } from './compiled.js';
import { DefinitionError, definitionName, loadCatalog, parseDefinitions, readDefinitionTexts, type Catalog, type Definitions, type DefinitionText } from './evaluate/index.js';
import { DEFINITIONS_TOPIC } from './topics.js';

export type DefinitionKind = 'traits' | 'segments';

/** A definition that was written: its key on the topic is `<kind>/<name>`, its value this as JSON; a tombstone removes it. */
export interface WrittenDefinition {
  /** YAML, as in a file. */
  text: string;
  /** Name of the key that wrote it. */
  by: string;
  /** ms */
  at: number;
}

type Texts = Record<DefinitionKind, DefinitionText[]>;

/** A definition cannot be written over what there is. */
export class DefinitionConflict extends Error {
  override readonly name = 'DefinitionConflict';
  constructor(readonly code: 'in_a_file' | 'unknown' | 'same_version', message: string) {
    super(message);
  }
}

/** Definitions from files are shown as schemas/<kind>/<name>.yaml, written ones as this. */
const shownAs = (key: string): string => `written/${key}.yaml`;

export class LiveDefinitions {
  readonly #files: Texts;
  readonly catalog: Catalog;
  readonly #written = new Map<string, WrittenDefinition>();
  readonly #listeners = new Set<() => void>();
  readonly #disabled;
  #failures = 0;
  readonly #onFailure = (definition: string, error: unknown) => {
    this.#failures += 1;
    this.#disabled.set(this.#left.size + this.#failures);
    this.logger.error({ definition, error: errorText(error) }, 'a definition cannot be evaluated and is disabled');
  };
  /** The last texts that were read, and what they say. */
  #parsed: { key: string; definitions: Definitions } | undefined;
  #compiled: Compiled;
  #next = 0;
  #waiting: { offset: number; resolve: () => void }[] = [];
  /** Keys of written definitions that are not in force. */
  #left: ReadonlySet<string> = new Set();
  readonly #read = Promise.withResolvers<void>();
  #isRead = false;

  /** Reads the files. @throws DefinitionError where one of them is wrong. */
  constructor(private readonly logger: Logger, metrics: Metrics, dir: string = schemasDir(), products?: readonly Product[]) {
    this.catalog = loadCatalog(dir, products);
    this.#files = readDefinitionTexts(dir);
    this.#disabled = metrics.gauge('tideway_definitions_disabled', 'Definitions that are left out: written ones that cannot be used, and those whose evaluation failed');
    this.#compiled = compileDefinitions(this.#parse(this.#files), this.#onFailure);
  }

  /** The texts of the definitions in force. */
  get texts(): Texts {
    return this.#texts(this.#left);
  }

  get compiled(): Compiled {
    return this.#compiled;
  }

  /**
   * What would be in force with this definition written, or, without a text, removed. Throws DefinitionError where it, or one
   * that depends on it, would be wrong, and DefinitionConflict.
   */
  proposed(kind: DefinitionKind, name: string, text: string | undefined): Compiled {
    const key = `${kind}/${name}`;
    const inForce = this.#compiled.definitions[kind].find((one) => one.name === name);
    if (inForce && !this.#written.has(key)) throw new DefinitionConflict('in_a_file', `"${name}" is defined in ${inForce.file}: change it there, and deploy it`);
    if (text === undefined && !this.#written.has(key)) throw new DefinitionConflict('unknown', `nothing is written under the name "${name}"`);
    const texts = this.#texts(new Set([...this.#left, key]));
    if (text !== undefined) texts[kind].push({ file: shownAs(key), text });
    const compiled = compileDefinitions(this.#parse(texts));
    this.#checkVersion(name, compiled);
    return compiled;
  }

  /** Resolves once what stands on the topic below `offset` is in force here. */
  applied(offset: number): Promise<void> {
    if (this.#next >= offset) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ offset, resolve }));
  }

  /** A version says what a membership means: another meaning is another version. */
  #checkVersion(name: string, { meanings, segments }: Compiled): void {
    const [before, after] = [this.#compiled.segments.get(name)?.version, segments.get(name)?.version];
    if (before === undefined || after === undefined || this.#compiled.meanings.get(name) === meanings.get(name) || after > before) return;
    throw new DefinitionConflict('same_version', `"${name}" means something else than version ${before}: raise its version to ${before + 1}`);
  }

  /** Has all listeners called: the definitions stay, but what they go by is another. */
  touch(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` whenever other definitions are in force, until what it gives is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves once what had been written by the start has been read. */
  get read(): Promise<void> {
    return this.#read.promise;
  }

  /** Until then, what was written is not known: it is neither in force, nor can it be told from what never was. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Every instance follows the topic in a group of its own, from the beginning; `prepare` makes the topic. */
  follow(kafka: Kafka, { logger, metrics }: Service, prepare: () => Promise<void>): Loop {
    const loop = consumeBlocks({
      kafka, logger, metrics,
      groupId: `segments-definitions-${randomUUID()}`,
      topics: [DEFINITIONS_TOPIC],
      onBlock: async ({ messages }) => this.apply(messages),
      maxWaitMs: 200,
    });
    return preparedLoop(loop, () => untilDone('written definitions', logger, async () => {
      await prepare();
      const messages: KafkaMessage[] = [];
      await readTopics(kafka, new Map([[DEFINITIONS_TOPIC, []]]), ({ message }) => void messages.push(message));
      this.apply(messages);
      this.#isRead = true;
      this.#read.resolve();
    }));
  }

  /** Takes what was written, in the topic's order; what was taken before is left out. */
  apply(messages: readonly Pick<KafkaMessage, 'key' | 'value' | 'offset'>[]): void {
    const fresh = messages.filter(({ offset }) => Number(offset) >= this.#next);
    if (fresh.length === 0) return;
    for (const { key, value } of fresh) {
      if (value) this.#written.set(String(key), JSON.parse(String(value)) as WrittenDefinition);
      else this.#written.delete(String(key));
    }
    this.#next = Number(fresh.at(-1)!.offset) + 1;
    this.#renew();
    const [done, waiting] = [this.#waiting.filter(({ offset }) => offset <= this.#next), this.#waiting.filter(({ offset }) => offset > this.#next)];
    this.#waiting = waiting;
    for (const { resolve } of done) resolve();
  }

  /** Also where nobody's memberships change by it: who answers for a segment, and what it says of itself, is shown. */
  #renew(): void {
    this.#compiled = this.#compileWithout(new Set(this.#hidden()));
    this.touch();
  }

  /** Written definitions that a file has taken the name of since. */
  #hidden(): string[] {
    const names = new Set(Object.entries(this.#files).flatMap(([kind, files]) => files.map(({ file }) => `${kind}/${definitionName(file)}`)));
    return [...this.#written.keys()].filter((key) => names.has(key));
  }

  /** What cannot be used is left out, and told; the others go on. */
  #compileWithout(left: Set<string>): Compiled {
    const texts = this.#texts(left);
    try {
      const compiled = compileDefinitions(this.#parse(texts), this.#onFailure);
      this.#failures = 0;
      this.#disabled.set(left.size);
      this.#left = left;
      return compiled;
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      const broken = [...this.#written.keys()].filter((key) => !left.has(key) && error.problems.some(({ file }) => file === shownAs(key)));
      // The files alone are good: the constructor has seen to it. What they break is written.
      const out = broken.length > 0 ? broken : [...this.#written.keys()];
      this.logger.error({ definitions: out, error: error.message }, 'written definitions cannot be used and are left out');
      return this.#compileWithout(new Set([...left, ...out]));
    }
  }

  /** What is written is proposed first: hundreds of definitions take a third of a second, and events wait. */
  #parse(texts: Texts): Definitions {
    const key = Object.values(texts).flatMap((some) => some.map(({ file, text }) => `${file}\n${text}`)).sort().join('\n');
    if (this.#parsed?.key !== key) this.#parsed = { key, definitions: parseDefinitions(texts, this.catalog) };
    return this.#parsed.definitions;
  }

  #texts(left: ReadonlySet<string>): Texts {
    const texts: Texts = { traits: [...this.#files.traits], segments: [...this.#files.segments] };
    for (const [key, { text }] of this.#written) {
      if (!left.has(key)) texts[key.split('/')[0] as DefinitionKind].push({ file: shownAs(key), text });
    }
    return texts;
  }
}
