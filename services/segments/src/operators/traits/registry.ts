// The trait operators: a new one is a file beside this one and a line here.
import { count } from './count.js';
import { distinctCount } from './distinct-count.js';
import { latest } from './latest.js';
import type { TraitOperator } from './operator.js';
import { sum } from './sum.js';

/** By the name that definitions use. */
export const TRAIT_OPERATORS: Readonly<Record<string, TraitOperator>> = {
  count,
  sum,
  latest,
  distinct_count: distinctCount,
};
