// Ranks: the boundaries between shares of everybody, by the value of a trait. They are worked out in ClickHouse at fixed times,
// and stand in a table with the time from which they hold, so that the stream and SQL go by the same.
import { createHash } from 'node:crypto';
import type { Trait } from '../definitions/trait.js';
import { sqlText } from '../sql/literal.js';
import { accumulatorSql } from './accumulator.js';
import { emptyState, Subject } from './subject.js';

/** Columns: rank, effective_at, boundaries, people. */
export const RANKS_TABLE = 'segments.ranks';

/** Boundaries, ascending, and the time (ms) from which they hold. */
export interface Boundaries {
  effectiveAt: number;
  values: readonly number[];
}

export class Rank {
  /** Ascending by time. */
  #known: readonly Boundaries[] = [];
  #assumed: readonly number[] | undefined;

  /**
   * @param id says what is ranked, and into how many shares
   * @param nobodys the value of somebody who never did anything, who is not ranked
   */
  constructor(readonly id: string, readonly trait: Trait, readonly into: number, readonly everyMs: number, readonly nobodys: string | number | null) {}

  /** What it has learnt. */
  get known(): readonly Boundaries[] {
    return this.#known;
  }

  /** Has queries go by these boundaries, whatever the table has: for definitions that are tried out. */
  assume(boundaries: readonly number[]): void {
    this.#assumed = boundaries;
  }

  /** All boundaries that there are, in any order. */
  learn(known: readonly Boundaries[]): void {
    this.#known = [...known].sort((a, b) => a.effectiveAt - b.effectiveAt);
  }

  /** Those that hold at `now` (ms); undefined before the first. */
  boundariesAt(now: number): readonly number[] | undefined {
    return this.#inForce(now)?.values;
  }

  /** Since when (ms) those hold that hold at `now`; 0 before the first. */
  effectiveAt(now: number): number {
    return this.#inForce(now)?.effectiveAt ?? 0;
  }

  /** Times (ms) after `now` from which others are known to hold. */
  changesAfter(now: number): number[] {
    return this.#known.map(({ effectiveAt }) => effectiveAt).filter((time) => time > now);
  }

  /** The boundaries that hold at {now:Int64}, as an array; empty before the first. */
  get boundariesSql(): string {
    if (this.#assumed) return `CAST([${this.#assumed.join(', ')}], 'Array(Int64)')`;
    return `(SELECT argMax(boundaries, effective_at) FROM ${RANKS_TABLE} WHERE rank = ${sqlText(this.id)} AND effective_at <= fromUnixTimestamp64Milli({now:Int64}))`;
  }

  /** Whether a value is that of somebody who is not ranked: 1 or 0. */
  hasNoneSql(value: string): string {
    return this.nobodys === null ? `(${value}) IS NULL` : `ifNull((${value}) = ${this.nobodys}, 1)`;
  }

  #inForce(now: number): Boundaries | undefined {
    return this.#known.findLast(({ effectiveAt }) => effectiveAt <= now);
  }
}

/** The rank of a trait among `ranks`, made where there is none. */
export function rankOf(ranks: Map<string, Rank>, trait: Trait, into: number, everyMs: number): Rank {
  const meaning = [trait.sql(({ name }) => name), ...trait.accumulators.map(accumulatorSql), into, everyMs].join('\n');
  const id = createHash('sha256').update(meaning).digest('hex').slice(0, 16);
  const nobody = new Subject(emptyState(''), 0);
  const rank = ranks.get(id) ?? new Rank(id, trait, into, everyMs, trait.value(nobody));
  ranks.set(id, rank);
  return rank;
}
