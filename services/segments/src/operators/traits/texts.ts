// The texts of an activity that operators count: a field's, or one of each of its items.
import { fieldOf, LIST_FIELD_NAMES, listFieldOf, type Activity } from '../../definitions/fields.js';
import type { SettingProblem } from './operator.js';

export interface Texts {
  column: string;
  /** Empty where the activity has none. */
  readAll(activity: Activity): readonly string[];
  /** `aggregate` over all texts of the rows that satisfy `condition`: the name of a ClickHouse aggregate function of one argument. */
  sql(aggregate: string, condition: string): string;
}

/** The texts that `field` of an operator's settings names. */
export function textsOf(operator: string, name: string): Texts | SettingProblem {
  const list = listFieldOf(name);
  if (list) return { column: list.column, readAll: list.readAll, sql: (aggregate, condition) => `${aggregate}ArrayIf(${list.sql}, ${condition})` };
  const field = fieldOf(name);
  if (field?.kind !== 'text') {
    const names = `${LIST_FIELD_NAMES.join(', ')}, properties.<name>, or a field that holds text, such as session_id`;
    return { key: 'field', problem: `${operator} cannot read "${name}": name one of ${names}` };
  }
  return {
    column: field.column,
    readAll(activity) {
      const value = field.read(activity) as string | null;
      return value === null ? [] : [value];
    },
    sql: (aggregate, condition) => `${aggregate}If(${field.sql}, ${condition})`,
  };
}
