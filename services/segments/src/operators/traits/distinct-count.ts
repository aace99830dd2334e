// `distinct_count`: how many different values a field of the activities, or of their items, has.
import { z } from 'zod';
import { fieldOf, LIST_FIELD_NAMES, listFieldOf, type Activity } from '../../definitions/fields.js';
import { aggregation, type TraitOperator } from './operator.js';

interface Read {
  column: string;
  readAll(activity: Activity): readonly string[];
  sql(condition: string): string;
}

function readOf(name: string): Read | undefined {
  const list = listFieldOf(name);
  if (list) return { column: list.column, readAll: list.readAll, sql: (condition) => `uniqExactArrayIf(${list.sql}, ${condition})` };
  const field = fieldOf(name);
  if (field?.kind !== 'text') return undefined;
  return {
    column: field.column,
    readAll(activity) {
      const value = field.read(activity) as string | null;
      return value === null ? [] : [value];
    },
    sql: (condition) => `uniqExactIf(${field.sql}, ${condition})`,
  };
}

function addAll(into: Set<string>, values: Iterable<string>): Set<string> {
  for (const value of values) into.add(value);
  return into;
}

export const distinctCount: TraitOperator = {
  shape: { field: z.string() },
  compile(settings) {
    const read = readOf(settings['field'] as string);
    if (!read) {
      const names = `${LIST_FIELD_NAMES.join(', ')}, properties.<name>, or a field that holds text, such as session_id`;
      return { key: 'field', problem: `distinct_count cannot read "${String(settings['field'])}": name one of ${names}` };
    }
    return aggregation<Set<string>>({
      kind: 'number',
      columns: [read.column],
      add(bucket, activity) {
        const values = read.readAll(activity);
        return values.length === 0 ? bucket : addAll(bucket ?? new Set(), values);
      },
      join: addAll,
      value: (buckets) => (buckets.length === 1 ? buckets[0]!.size : buckets.reduce(addAll, new Set<string>()).size),
      sql: (condition) => `toInt64(${read.sql(condition)})`,
      show: String,
    });
  },
};
