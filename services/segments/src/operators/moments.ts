// The moments at which activities happened, each of them: what conditions on the order of activities look at.
import { millisecondsSql } from '../definitions/fields.js';
import { aggregation } from './traits/operator.js';

/** It has no value of its own: conditions read its buckets, and in SQL an array of milliseconds in no order. */
export const MOMENTS = aggregation<number[]>({
  kind: 'number',
  columns: [],
  add(bucket = [], { occurred_at }) {
    bucket.push(occurred_at);
    return bucket;
  },
  join(into, bucket) {
    for (const moment of bucket) into.push(moment);
    return into;
  },
  value: () => null,
  sql: (condition) => `groupArrayIf(${millisecondsSql('occurred_at')}, ${condition})`,
  show: String,
});
