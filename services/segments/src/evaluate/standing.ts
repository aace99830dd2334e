// Where a profile stands with every segment, kept from one evaluation to the next: a new activity costs what depends on
// it, however many segments there are.
import type { Definitions } from '../definitions/load.js';
import type { Segment } from '../definitions/segment.js';
import { decisionAt, nextDecisionAt, scopeKey, type Scope } from './consents.js';
import { Subject, type ProfileState } from './subject.js';

export interface Standing {
  /** Time (ms) of the evaluation. */
  at: number;
  /** Whether consent is granted, by scope... */
  granted: boolean[];
  /** ...and the time (ms) until which no decision comes into force. */
  decidedUntil: number;
  /** 1 where a segment's condition holds, by the segment's position; of granted scopes only. */
  holding: Uint8Array;
  /** Time (ms) until which a condition stays what it is, by the segment's position; absent: for ever. */
  until: Map<number, number>;
  /** Accumulators that were given something since... */
  changed: Set<number>;
  /** ...and whether decisions were. */
  decisions: boolean;
}

/** A definition cannot be evaluated, and is left out from then on. */
export type OnFailure = (definition: string, error: unknown) => void;

export class Standings {
  readonly #segments: readonly Segment[];
  readonly #scopes: readonly Scope[];
  /** Position of each segment's scope. */
  readonly #scopeOf: readonly number[];
  /** Positions of the segments that have a scope, or whose condition reads it; by the scope's position. */
  readonly #decided: readonly number[][];
  /** Positions of the segments whose condition reads a scope: a decision to come counts for them too. */
  readonly #deciding: readonly number[];
  /** Positions of the segments that read an accumulator. */
  readonly #dependents = new Map<number, number[]>();
  /** Positions of the segments that are disabled. */
  readonly #failed = new Set<number>();

  /** @param onFailure a segment is disabled: its evaluation threw this */
  constructor({ segments }: Pick<Definitions, 'segments'>, private readonly onFailure: OnFailure) {
    this.#segments = segments;
    const scopes = new Map<string, Scope>();
    for (const segment of segments) for (const scope of [segment, ...segment.condition.scopes]) scopes.set(scopeKey(scope), scope);
    const keys = [...scopes.keys()];
    this.#scopes = [...scopes.values()];
    this.#scopeOf = segments.map((segment) => keys.indexOf(scopeKey(segment)));
    this.#decided = keys.map((key) => [...segments.keys()].filter((position) => [segments[position]!, ...segments[position]!.condition.scopes].some((scope) => scopeKey(scope) === key)));
    this.#deciding = [...segments.keys()].filter((position) => segments[position]!.condition.scopes.length > 0);
    for (const [position, { condition }] of segments.entries()) {
      for (const { index } of condition.accumulators) this.#dependents.set(index, [...(this.#dependents.get(index) ?? []), position]);
    }
  }

  /** Names of the segments that the profile is in, sorted, and the time until which time alone changes none of them. */
  evaluate(state: ProfileState, now: number): { members: string[]; nextChange: number } {
    const subject = new Subject(state, now);
    const known = state.standing;
    const standing = known && now >= known.at ? this.#renewed(subject, known) : this.#fresh(subject);
    state.standing = standing;
    let nextChange = standing.decidedUntil;
    for (const time of standing.until.values()) if (time < nextChange) nextChange = time;
    return { members: this.#members(standing), nextChange };
  }

  #members({ holding }: Standing): string[] {
    const members: string[] = [];
    for (let position = 0; position < holding.length; position += 1) if (holding[position] === 1) members.push(this.#segments[position]!.name);
    return members;
  }

  #fresh(subject: Subject): Standing {
    const standing: Standing = {
      at: subject.now,
      ...this.#decisions(subject),
      holding: new Uint8Array(this.#segments.length),
      until: new Map(),
      changed: new Set(),
      decisions: false,
    };
    for (let position = 0; position < this.#segments.length; position += 1) this.#work(position, standing, subject);
    return standing;
  }

  #decisions({ state: { consents }, now }: Subject): Pick<Standing, 'granted' | 'decidedUntil'> {
    return {
      granted: this.#scopes.map((scope) => decisionAt(consents, scope, now)?.decision === 'granted'),
      decidedUntil: Math.min(Infinity, ...this.#scopes.map((scope) => nextDecisionAt(consents, scope, now))),
    };
  }

  #renewed(subject: Subject, standing: Standing): Standing {
    const affected = new Set<number>();
    if (standing.decisions || subject.now >= standing.decidedUntil) this.#decide(subject, standing, affected);
    for (const index of standing.changed) for (const position of this.#dependents.get(index) ?? []) affected.add(position);
    for (const [position, time] of standing.until) if (time <= subject.now) affected.add(position);
    for (const position of affected) this.#work(position, standing, subject);
    standing.changed.clear();
    standing.at = subject.now;
    return standing;
  }

  /** Most decisions repeat the ones before, as each landing tells what the banner was answered: only other ones cost. */
  #decide(subject: Subject, standing: Standing, affected: Set<number>): void {
    const { granted, decidedUntil } = this.#decisions(subject);
    for (const [scope, positions] of this.#decided.entries()) {
      if (granted[scope] !== standing.granted[scope]) for (const position of positions) affected.add(position);
    }
    for (const position of this.#deciding) affected.add(position);
    Object.assign(standing, { granted, decidedUntil, decisions: false });
  }

  /** Without consent no condition matters: only a decision can make the profile a member. */
  #work(position: number, { granted, holding, until }: Standing, subject: Subject): void {
    if (!granted[this.#scopeOf[position]!]) {
      holding[position] = 0;
      until.delete(position);
      return;
    }
    const { name, condition } = this.#segments[position]!;
    let [holds, next] = [false, Infinity];
    if (!this.#failed.has(position)) {
      try {
        [holds, next] = [condition.holds(subject), condition.nextChange(subject)];
      } catch (error) {
        // The others go on: one definition must not stop everybody's.
        this.#failed.add(position);
        this.onFailure(`segments/${name}`, error);
      }
    }
    holding[position] = holds ? 1 : 0;
    if (next === Infinity) until.delete(position);
    else until.set(position, next);
  }

  /** Disables the segments that read an accumulator. */
  disable(accumulator: number, error: unknown): void {
    for (const position of this.#dependents.get(accumulator) ?? []) {
      if (this.#failed.has(position)) continue;
      this.#failed.add(position);
      this.onFailure(`segments/${this.#segments[position]!.name}`, error);
    }
  }
}
