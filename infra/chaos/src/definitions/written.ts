// What an author writes over HTTP while faults go on: segments of several shapes, some with a trait of their own. Pure.
import type { Random } from '../random.js';
import { countTrait } from './own.js';

export const SHAPES = ['count', 'own-trait', 'absence', 'members'] as const;
export type Shape = (typeof SHAPES)[number];

/** A segment that is written, or was. */
export interface WrittenSegment {
  name: string;
  shape: Shape;
  /** 0 where it was never written. */
  version: number;
  inForce: boolean;
}

export const WRITTEN_PREFIX = 'chaos-written-';
/** So many names there are: most come back after they were removed. */
const NAMES = 12;
/** Written at the same time, at least before anything else is done, and at most. */
const FEW = 3;
const MANY = 9;

export type Change = { what: 'write' | 'raise' | 'remove'; segment: WrittenSegment };

/** None of them written so far. */
export function writtenSegments(): WrittenSegment[] {
  return Array.from({ length: NAMES }, (_, n) => ({ name: `${WRITTEN_PREFIX}${n + 1}`, shape: SHAPES[n % SHAPES.length]!, version: 0, inForce: false }));
}

/** What an author does next. */
export function nextChange(segments: readonly WrittenSegment[], random: Random): Change {
  const there = segments.filter(({ inForce }) => inForce);
  const what = there.length < FEW ? 'write' : there.length >= MANY ? 'remove' : random.pick(['write', 'raise', 'remove'] as const);
  return { what, segment: random.pick(what === 'write' ? segments.filter(({ inForce }) => !inForce) : there) };
}

/** The trait that a segment brings, where it brings one. */
export function traitOf({ name, shape }: WrittenSegment): { name: string; text: string } | undefined {
  if (shape !== 'own-trait') return undefined;
  const trait = name.replaceAll('-', '_');
  return { name: trait, text: [`name: ${trait}`, 'description: Written under load', 'owner: chaos', 'operator: count', 'over: { types: [product_viewed, product_added] }', 'window: 7d', ''].join('\n') };
}

/** Each version means something else, and all of them have members. */
function conditionOf(segment: WrittenSegment): string {
  const step = segment.version % 3;
  switch (segment.shape) {
    case 'count':
      return `{ trait: ${countTrait('page_viewed', 7)}, gte: ${step + 1} }`;
    case 'own-trait':
      return `{ trait: ${traitOf(segment)!.name}, gte: ${step + 1} }`;
    case 'absence':
      return `{ absence: { of: { types: [order_completed] }, after: { types: [product_viewed] }, for: ${20 * (step + 1)}s, window: 5m } }`;
    case 'members':
      return `{ any: [{ segment: chaos-views-${2 ** step} }, { all: [{ trait: ${countTrait('product_viewed', 1)}, gte: 1 }, { split: { name: chaos, from: ${25 * step}, to: ${25 * step + 25} } }] }] }`;
  }
}

/** Its definition at its version, as a file has it. */
export function textOf(segment: WrittenSegment): string {
  return [`name: ${segment.name}`, `version: ${segment.version}`, 'description: Written under load', 'owner: chaos', 'purpose: personalization', `when: ${conditionOf(segment)}`, ''].join('\n');
}
