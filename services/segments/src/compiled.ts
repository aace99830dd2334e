// Definitions, ready to be used: compiled for the stream, and a fingerprint of what each segment means.
import { createHash } from 'node:crypto';
import { compileMembersSql, compileTraitsSql, createEvaluator, type Definitions, type Evaluator, type OnFailure, type Rank } from './evaluate/index.js';

export interface Compiled {
  definitions: Definitions;
  evaluator: Evaluator;
  /** Of each segment: its version, its lateness, and the purposes that it reads, which tell a consent's exits from others. */
  segments: ReadonlyMap<string, { version: number; latenessMs: number; purposes: readonly string[] }>;
  /** The greatest lateness of them all, in ms. */
  longestLatenessMs: number;
  /** By segment: changes with what it means, and not with a comment. */
  meanings: ReadonlyMap<string, string>;
  /** By segment that goes by ranks: these. */
  ranked: ReadonlyMap<string, readonly Rank[]>;
  /** Changes with any of these, and with the traits. */
  fingerprint: string;
}

/** The SQL says all that a definition means. */
export function compileDefinitions(definitions: Definitions, onFailure?: OnFailure): Compiled {
  const source = { activities: 'activities' };
  const sqlOf = compileMembersSql(definitions, source);
  const meanings = new Map(definitions.segments.map(({ name, version }) => [name, hash(`${version}\n${sqlOf(name)}`)]));
  return {
    definitions,
    evaluator: createEvaluator(definitions, onFailure),
    segments: new Map(definitions.segments.map(({ name, version, latenessMs, purpose, condition }) => [name, { version, latenessMs, purposes: [purpose, ...condition.scopes.map((scope) => scope.purpose)] }])),
    longestLatenessMs: Math.max(0, ...definitions.segments.map(({ latenessMs }) => latenessMs)),
    meanings,
    ranked: new Map(definitions.segments.flatMap(({ name, condition: { ranks = [] } }) => (ranks.length > 0 ? [[name, ranks]] : []))),
    fingerprint: hash([...[...meanings].flat(), compileTraitsSql(definitions, source)].join('\n')),
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What a partition has to do to follow other definitions, or other ranks, than those it was brought to. */
export interface Change {
  /** Segments that are new, or mean something else, or go by other ranks. */
  changed: string[];
  /** Segments that are no more. */
  removed: string[];
  /** Whether all of it is that time has brought other ranks. */
  byTime: boolean;
}

const RANKED_AT = '@';
const BEGUN = `${RANKED_AT}begun`;

/** What a segment's profiles have to be brought to at `now` (ms): its meaning, and since when the ranks hold that it goes by. */
export function meaningAt(meaning: string, ranks: readonly Rank[], now: number): string {
  return ranks.length === 0 ? meaning : `${meaning}${RANKED_AT}${ranks.map((rank) => rank.effectiveAt(now)).join()}`;
}

/**
 * What is adopted once the first profiles may have been brought to changed segments: whatever becomes of the definitions, who
 * has entered one of these is looked at again.
 */
export function begun(adopted: ReadonlyMap<string, string>, changed: readonly string[]): Map<string, string> {
  return new Map([...adopted, ...changed.map((name): [string, string] => [name, `${bare(adopted.get(name)) ?? ''}${BEGUN}`])]);
}

const bare = (meaning: string | undefined) => meaning?.split(RANKED_AT)[0];

/** The same of every segment. */
export function meaningsAt({ meanings, ranked }: Compiled, now: number): Map<string, string> {
  return new Map([...meanings].map(([name, meaning]) => [name, meaningAt(meaning, ranked.get(name) ?? [], now)]));
}

/** The way from what was adopted to `wanted`, both of meaningsAt; undefined where there is none to go. */
export function changeTo(wanted: ReadonlyMap<string, string>, adopted: ReadonlyMap<string, string>): Change | undefined {
  const changed = [...wanted].filter(([name, meaning]) => adopted.get(name) !== meaning).map(([name]) => name);
  const removed = [...adopted.keys()].filter((name) => !wanted.has(name));
  const byTime = removed.length === 0 && changed.every((name) => bare(adopted.get(name)) === bare(wanted.get(name)));
  return changed.length === 0 && removed.length === 0 ? undefined : { changed, removed, byTime };
}
