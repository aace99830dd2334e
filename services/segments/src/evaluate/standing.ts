// Where a profile stands with every segment, kept from one evaluation to the next: a new activity costs what comes to be
// another by it, however many segments there are.
import type { Definitions } from '../definitions/load.js';
import type { Segment } from '../definitions/segment.js';
import { decisionAt, nextDecisionAt, scopeKey, type Consents, type Scope } from './consents.js';
import { Outcomes, type Leaf } from './leaf.js';
import { emptyState, Subject, type ProfileState } from './subject.js';

export interface Standing {
  /** Time (ms) of the evaluation. */
  at: number;
  /** How many definitions had failed by then. */
  failures: number;
  /** Whether consent is granted, by scope... */
  granted: readonly boolean[];
  /** ...and the time (ms) until which no decision comes into force. */
  decidedUntil: number;
  /** What the conditions are made of. */
  outcomes: Outcomes;
  /** 1 where a segment's condition holds, by the segment's position; of granted scopes only... */
  holding: Uint8Array;
  /** ...and the names of these segments. */
  members: readonly string[];
  /** Time (ms) until which a condition stays what it is, by the segment's position; absent: for ever... */
  until: Map<number, number>;
  /** ...and the first of these times. */
  soonest: number;
  /** Accumulators that were given something since; some may come twice... */
  changed: number[];
  /** ...and whether decisions were recorded. */
  decided: boolean;
}

/** A definition cannot be evaluated, and is left out from then on. */
export type OnFailure = (definition: string, error: unknown) => void;

export class Standings {
  readonly #segments: readonly Segment[];
  readonly #scopes: readonly Scope[];
  /** Position of each segment's scope. */
  readonly #scopeOf: readonly number[];
  /** By position. */
  readonly #leaves: Leaf[] = [];
  readonly #personal: readonly Leaf[];
  /** Positions of the leaves that read an accumulator... */
  readonly #leavesOf = new Map<number, number[]>();
  /** ...and of the segments that have a leaf, and that read an accumulator. */
  readonly #dependents = new Map<number, number[]>();
  readonly #readers = new Map<number, number[]>();
  /** Positions of the segments that are disabled. */
  readonly #failed = new Set<number>();
  /** Where somebody stands who never did anything, by what is granted: everybody else is told from it by what they did. */
  readonly #nobodys = new Map<string, Standing>();

  /** @param onFailure a segment is disabled: its evaluation threw this */
  constructor({ segments }: Pick<Definitions, 'segments'>, private readonly onFailure: OnFailure) {
    this.#segments = segments;
    const scopes = new Map<string, Scope>();
    for (const segment of segments) for (const scope of [segment, ...segment.condition.scopes]) scopes.set(scopeKey(scope), scope);
    const keys = [...scopes.keys()];
    this.#scopes = [...scopes.values()];
    this.#scopeOf = segments.map((segment) => keys.indexOf(scopeKey(segment)));
    for (const [position, { condition }] of segments.entries()) {
      for (const { index } of condition.accumulators) put(this.#readers, index, position);
      for (const leaf of new Set(condition.leaves)) {
        this.#leaves[leaf.index] = leaf;
        put(this.#dependents, leaf.index, position);
      }
    }
    const leaves = this.#leaves.filter((leaf) => leaf !== undefined);
    for (const leaf of leaves) for (const { index } of leaf.accumulators) put(this.#leavesOf, index, leaf.index);
    this.#personal = leaves.filter(({ personal }) => personal);
  }

  /**
   * Names of the segments that the profile is in, sorted, the time until which time alone changes none of them, and the profile as
   * it was looked at.
   */
  evaluate(state: ProfileState, now: number): { members: readonly string[]; nextChange: number; subject: Subject } {
    const known = state.standing;
    let subject: Subject;
    if (known && now >= known.at && now < known.decidedUntil && known.failures === this.#failed.size && !(known.decided && this.#isDecidedOtherwise(known, state.consents, now))) {
      subject = this.#renew(known, state, now, known.changed);
    } else {
      state.standing = this.#copyOfNobodys(state.consents, now);
      subject = this.#renew(state.standing, state, now, state.buckets.keys(), true);
    }
    const { members, decidedUntil, soonest } = state.standing!;
    return { members, nextChange: Math.min(decidedUntil, soonest), subject };
  }

  /** Most decisions repeat the ones before, as each landing tells what the banner was answered: they cost no more than this. */
  #isDecidedOtherwise(known: Standing, consents: Consents, now: number): boolean {
    const { granted, decidedUntil } = this.#decisions(consents, now);
    return known.decidedUntil !== Infinity || decidedUntil !== Infinity || granted.some((is, scope) => is !== known.granted[scope]);
  }

  #decisions(consents: Consents, now: number): Pick<Standing, 'granted' | 'decidedUntil'> {
    return {
      granted: this.#scopes.map((scope) => decisionAt(consents, scope, now)?.decision === 'granted'),
      decidedUntil: Math.min(Infinity, ...this.#scopes.map((scope) => nextDecisionAt(consents, scope, now))),
    };
  }

  #copyOfNobodys(consents: Consents, now: number): Standing {
    const { granted, decidedUntil } = this.#decisions(consents, now);
    // Whose decisions are to come has times of their own.
    const key = decidedUntil === Infinity ? granted.join() : undefined;
    let nobodys = key === undefined ? undefined : this.#nobodys.get(key);
    if (!nobodys || now < nobodys.at || now >= Math.min(nobodys.soonest, nobodys.outcomes.soonest) || nobodys.failures !== this.#failed.size) {
      nobodys = this.#fresh({ ...emptyState(NOBODY), consents }, granted, decidedUntil, now);
      if (key !== undefined) this.#nobodys.set(key, nobodys);
    }
    return { ...nobodys, at: now, outcomes: nobodys.outcomes.copy(), holding: nobodys.holding.slice(), until: new Map(nobodys.until), changed: [], decided: false };
  }

  #fresh(nobody: ProfileState, granted: readonly boolean[], decidedUntil: number, now: number): Standing {
    const outcomes = Outcomes.ofNone(this.#leaves.length);
    const standing: Standing = {
      at: now, failures: this.#failed.size, granted, decidedUntil, outcomes, holding: new Uint8Array(this.#segments.length), members: [], until: new Map(), soonest: Infinity, changed: [], decided: false,
    };
    this.#workAll(this.#segments.keys(), standing, new Subject(nobody, now, outcomes));
    return standing;
  }

  /** Brings a standing, which may be that of somebody else, to `now`, where these accumulators may be others than they were. */
  #renew(standing: Standing, state: ProfileState, now: number, changed: Iterable<number>, ofNobody = false): Subject {
    const { outcomes, until } = standing;
    const subject = new Subject(state, now, outcomes);
    const asked = new Set(outcomes.due(now));
    for (const index of changed) for (const leaf of this.#leavesOf.get(index) ?? []) asked.add(leaf);
    const affected = new Set<number>();
    if (ofNobody) for (const leaf of this.#personal) if (outcomes.forget(leaf)) for (const position of this.#dependents.get(leaf.index)!) affected.add(position);
    for (const leaf of asked) {
      if (outcomes.renew(this.#leaves[leaf]!, subject)) for (const position of this.#dependents.get(leaf)!) affected.add(position);
    }
    if (standing.soonest <= now) for (const [position, time] of until) if (time <= now) affected.add(position);
    if (affected.size > 0) this.#workAll(affected, standing, subject);
    standing.changed.length = 0;
    standing.decided = false;
    standing.at = now;
    return subject;
  }

  #workAll(positions: Iterable<number>, standing: Standing, subject: Subject): void {
    const { granted, holding, until } = standing;
    let isOther = false;
    for (const position of positions) {
      // Without consent no condition matters: only a decision can make the profile a member.
      if (!granted[this.#scopeOf[position]!]) continue;
      const before = holding[position];
      const next = this.#work(position, holding, subject);
      isOther ||= holding[position] !== before;
      if (next === Infinity) until.delete(position);
      else until.set(position, next);
    }
    if (isOther) standing.members = this.#namesOf(holding);
    standing.soonest = Infinity;
    for (const time of until.values()) if (time < standing.soonest) standing.soonest = time;
  }

  /** Gives the time of the next change. */
  #work(position: number, holding: Uint8Array, subject: Subject): number {
    const { name, condition } = this.#segments[position]!;
    holding[position] = 0;
    if (this.#failed.has(position)) return Infinity;
    try {
      const outcome = condition.outcome(subject);
      holding[position] = outcome > 0 ? 1 : 0;
      return Math.abs(outcome);
    } catch (error) {
      // The others go on: one definition must not stop everybody's.
      this.#failed.add(position);
      this.onFailure(`segments/${name}`, error);
      return Infinity;
    }
  }

  #namesOf(holding: Uint8Array): string[] {
    const names: string[] = [];
    for (let position = 0; position < holding.length; position += 1) if (holding[position] === 1) names.push(this.#segments[position]!.name);
    return names;
  }

  /** Disables the segments that read an accumulator. */
  disable(accumulator: number, error: unknown): void {
    for (const position of this.#readers.get(accumulator) ?? []) {
      if (this.#failed.has(position)) continue;
      this.#failed.add(position);
      this.onFailure(`segments/${this.#segments[position]!.name}`, error);
    }
  }
}

/** No profile has it: random splits want a uuid. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

function put(index: Map<number, number[]>, key: number, value: number): void {
  const known = index.get(key);
  if (known) known.push(value);
  else index.set(key, [value]);
}
