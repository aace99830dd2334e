// `count`: how many activities there are.
import { aggregation, type TraitOperator } from './operator.js';

export const count: TraitOperator = {
  shape: {},
  compile: () => aggregation<number>({
    kind: 'number',
    columns: [],
    byTime: 'falls',
    add: (bucket = 0) => bucket + 1,
    join: (into, bucket) => into + bucket,
    value: (buckets) => buckets.reduce((total, bucket) => total + bucket, 0),
    sql: (condition) => `toInt64(countIf(${condition}))`,
    show: String,
  }),
};
