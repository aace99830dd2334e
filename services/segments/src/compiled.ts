// Definitions, ready to be used: compiled for the stream, and a fingerprint of what each segment means.
import { createHash } from 'node:crypto';
import { compileMembersSql, compileTraitsSql, createEvaluator, type Definitions, type Evaluator } from './evaluate/index.js';

export interface Compiled {
  definitions: Definitions;
  evaluator: Evaluator;
  /** Version of each segment, and the purposes that it reads, which tell a consent's exits from others. */
  segments: ReadonlyMap<string, { version: number; purposes: readonly string[] }>;
  /** By segment: changes with what it means, and not with a comment. */
  meanings: ReadonlyMap<string, string>;
  /** Changes with any of these, and with the traits. */
  fingerprint: string;
}

/** The SQL says all that a definition means. */
export function compileDefinitions(definitions: Definitions): Compiled {
  const source = { activities: 'activities' };
  const sqlOf = compileMembersSql(definitions, source);
  const meanings = new Map(definitions.segments.map(({ name, version }) => [name, hash(`${version}\n${sqlOf(name)}`)]));
  return {
    definitions,
    evaluator: createEvaluator(definitions),
    segments: new Map(definitions.segments.map(({ name, version, purpose, condition }) => [name, { version, purposes: [purpose, ...condition.scopes.map((scope) => scope.purpose)] }])),
    meanings,
    fingerprint: hash([...[...meanings].flat(), compileTraitsSql(definitions, source)].join('\n')),
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What a partition has to do to follow other definitions than those it was brought to. */
export interface Change {
  /** Segments that are new, or mean something else. */
  changed: string[];
  /** Segments that are no more. */
  removed: string[];
}

/** The way from the meanings that were adopted to those of `compiled`; undefined where there is none to go. */
export function changeTo({ meanings }: Compiled, adopted: ReadonlyMap<string, string>): Change | undefined {
  const changed = [...meanings].filter(([name, meaning]) => adopted.get(name) !== meaning).map(([name]) => name);
  const removed = [...adopted.keys()].filter((name) => !meanings.has(name));
  return changed.length === 0 && removed.length === 0 ? undefined : { changed, removed };
}
