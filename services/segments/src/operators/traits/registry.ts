// The trait operators: a new one is a file beside this one and a line here.
import { average } from './average.js';
import { count } from './count.js';
import { distinctCount } from './distinct-count.js';
import { first } from './first.js';
import { latest } from './latest.js';
import { lifecycle } from './lifecycle.js';
import { max } from './max.js';
import { min } from './min.js';
import { mostFrequent } from './most-frequent.js';
import type { TraitOperator } from './operator.js';
import { ratio } from './ratio.js';
import { score } from './score.js';
import { sum } from './sum.js';
import { timeSince } from './time-since.js';

/** By the name that definitions use. */
export const TRAIT_OPERATORS: Readonly<Record<string, TraitOperator>> = {
  count,
  sum,
  average,
  min,
  max,
  first,
  latest,
  distinct_count: distinctCount,
  most_frequent: mostFrequent,
  time_since: timeSince,
  ratio,
  score,
  lifecycle,
};
