// The fields of an activity that definitions can name: where each is in a record, and in a ClickHouse row.
import type { Records } from '@tideway/contracts';
import { sqlText } from '../sql/literal.js';
import { DECIMAL_RE2, decimalOf, type Kind, type Value } from './kinds.js';

export type Activity = Records['customer.activities'];

/** One value per activity, or null. */
export interface Field {
  name: string;
  kind: Kind;
  /** Column of the activities table that it is read from, or the part of one: see rowReader. */
  column: string;
  read(activity: Activity): Value;
  /** Expression over a row; null where `read` gives null. */
  sql: string;
}

/** Any number of texts per activity: one of each item that has one. */
export interface ListField {
  name: string;
  column: string;
  readAll(activity: Activity): string[];
  /** Expression of type Array(String). */
  sql: string;
}

/** Milliseconds of a DateTime64(3) column. */
export function millisecondsSql(column: string): string {
  return `toUnixTimestamp64Milli(${column})`;
}

type Named<T> = { [K in keyof Activity]: Activity[K] extends T ? K : never }[keyof Activity];

function texts(...names: Named<string | null>[]): Field[] {
  return names.map((name) => ({ name, kind: 'text', column: name, read: (activity) => activity[name], sql: name }));
}

function times(...names: Named<number>[]): Field[] {
  return names.map((name) => ({ name, kind: 'time', column: name, read: (activity) => activity[name], sql: millisecondsSql(name) }));
}

function flags(...names: Named<boolean>[]): Field[] {
  return names.map((name) => ({ name, kind: 'flag', column: name, read: (activity) => activity[name], sql: name }));
}

type TouchPart = keyof NonNullable<Activity['touch']>;

// ClickHouse has no nullable Tuple: an activity without a touch has one of defaults, whose channel is ''.
function touches(...parts: TouchPart[]): Field[] {
  return parts.map((part) => ({
    name: `touch.${part}`,
    kind: 'text',
    column: `touch.${part}`,
    read: (activity) => activity.touch?.[part] || null,
    sql: `nullIf(tupleElement(touch, ${sqlText(part)}), '')`,
  }));
}

const FIELDS: Field[] = [
  ...texts('type', 'product', 'identifier', 'session_id', 'campaign_id', 'message_id', 'order_id', 'currency'),
  { name: 'value_micros', kind: 'number', column: 'value_micros', read: (activity) => activity.value_micros, sql: 'value_micros' },
  ...times('occurred_at', 'received_at'),
  ...flags('is_bot', 'is_machine'),
  ...touches('channel', 'source', 'medium', 'campaign', 'content', 'term', 'click_id_type', 'click_id'),
];

const LISTS: ListField[] = (['product_id', 'category', 'brand', 'name'] as const).map((part) => ({
  name: `items.${part}`,
  column: `items.${part}`,
  readAll: (activity) => activity.items.map((item) => item[part]).filter((text) => text !== null),
  sql: `arrayMap(text -> assumeNotNull(text), arrayFilter(text -> text IS NOT NULL, tupleElement(items, ${sqlText(part)})))`,
}));

/** What the names of properties begin with. */
export const PROPERTY = 'properties.';

/** The names a field can have, for messages. */
export const FIELD_NAMES = [...FIELDS.map((field) => field.name), `${PROPERTY}<name>`];
export const LIST_FIELD_NAMES = LISTS.map((field) => field.name);

/** The field of this name; `properties.<name>` is any property. */
export function fieldOf(name: string): Field | undefined {
  if (!name.startsWith(PROPERTY)) return FIELDS.find((field) => field.name === name);
  const key = name.slice(PROPERTY.length).toWellFormed();
  if (key === '') return undefined;
  const literal = sqlText(key);
  return {
    name,
    kind: 'text',
    column: `${PROPERTY}${key}`,
    // Own keys only: a property may be called "constructor".
    read: (activity) => (Object.hasOwn(activity.properties, key) ? activity.properties[key]! : null),
    sql: `if(mapContains(properties, ${literal}), properties[${literal}], NULL)`,
  };
}

export function listFieldOf(name: string): ListField | undefined {
  return LISTS.find((field) => field.name === name);
}

/** A property as a number, where its text is one: for comparisons by size. */
export function asDecimal(field: Field): Field {
  return {
    ...field,
    kind: 'decimal',
    read(activity) {
      const text = field.read(activity);
      return text === null ? null : decimalOf(text as string);
    },
    sql: `if(match(ifNull(${field.sql}, ''), ${sqlText(DECIMAL_RE2)}), toDecimal64OrNull(${field.sql}, 6), NULL)`,
  };
}
