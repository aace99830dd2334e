// Avro types of products and the strict validation that a record must pass before it is published.
import avsc from 'avsc';
import type { Type } from 'avsc';

export interface AvroRecordSchema {
  type: 'record';
  name: string;
  namespace?: string;
  doc?: string;
  fields: AvroField[];
}

export interface AvroField {
  name: string;
  type: AvroSchema;
  doc?: string;
  default?: unknown;
}

export type AvroSchema =
  | string
  | AvroSchema[]
  | AvroRecordSchema
  | { type: 'array'; items: AvroSchema }
  | { type: 'map'; values: AvroSchema }
  | { type: 'enum'; name: string; symbols: string[]; default?: string }
  | { type: string; logicalType?: string; precision?: number; scale?: number };

/** Why a record does not fit its contract. `field` is a path such as `items.0.quantity`. */
export interface Violation {
  code: 'required' | 'unknown_field' | 'type' | 'enum' | 'range';
  field: string;
  message: string;
}

/** Timestamps that every part can hold (ClickHouse's DateTime64, JavaScript's Date): 1970 to 2100, in ms. */
export const TIMESTAMP_RANGE: readonly [number, number] = [0, 4_102_444_800_000];
/** Days since 1970 that every part can hold, to 2100 as well. */
const LAST_DAY = TIMESTAMP_RANGE[1] / 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The avsc type of a schema. Logical types stay what they are built on: timestamps and dates are numbers, uuids strings. */
export function avroType(schema: unknown): Type {
  // avsc changes the options object that it is given: always a fresh one.
  return avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false });
}

type Check = (value: unknown, path: string) => Violation | undefined;

/** Checks of logical types, which avsc does not make: compiled once per schema; undefined where nothing is to check. */
function logicalCheck(schema: AvroSchema): Check | undefined {
  if (typeof schema === 'string') return undefined;
  if (Array.isArray(schema)) {
    const inner = schema.map(logicalCheck).find((check) => check !== undefined);
    return inner && ((value, path) => (value === null ? undefined : inner(value, path)));
  }
  if ('logicalType' in schema && schema.logicalType === 'timestamp-millis') return checkTimestamp;
  if ('logicalType' in schema && schema.logicalType === 'date') return checkDate;
  if ('logicalType' in schema && schema.logicalType === 'uuid') return checkUuid;
  if (schema.type === 'array' && 'items' in schema) return eachCheck(logicalCheck(schema.items));
  if (schema.type === 'map' && 'values' in schema) return eachCheck(logicalCheck(schema.values));
  if ('fields' in schema) return recordCheck(schema);
  return undefined;
}

function checkTimestamp(value: unknown, path: string): Violation | undefined {
  if ((value as number) >= TIMESTAMP_RANGE[0] && (value as number) <= TIMESTAMP_RANGE[1]) return undefined;
  return { code: 'range', field: path, message: `${path} is outside of 1970 to 2100 (milliseconds since the epoch are expected)` };
}

function checkDate(value: unknown, path: string): Violation | undefined {
  if ((value as number) >= 0 && (value as number) <= LAST_DAY) return undefined;
  return { code: 'range', field: path, message: `${path} is outside of 1970 to 2100 (days since 1970-01-01 are expected)` };
}

function checkUuid(value: unknown, path: string): Violation | undefined {
  return UUID.test(value as string) ? undefined : { code: 'type', field: path, message: `${path} is not a lower-case uuid` };
}

function eachCheck(inner: Check | undefined): Check | undefined {
  return inner && ((value, path) => {
    for (const [key, entry] of Object.entries(value as object)) {
      const violation = inner(entry, `${path}.${key}`);
      if (violation) return violation;
    }
    return undefined;
  });
}

function recordCheck(schema: AvroRecordSchema): Check | undefined {
  const checks = schema.fields.flatMap((field) => {
    const check = logicalCheck(field.type);
    return check ? [[field.name, check] as const] : [];
  });
  if (checks.length === 0) return undefined;
  return (value, path) => {
    for (const [name, check] of checks) {
      const entry = (value as Record<string, unknown>)[name];
      if (entry === undefined) continue;
      const violation = check(entry, path ? `${path}.${name}` : name);
      if (violation) return violation;
    }
    return undefined;
  };
}

/**
 * Compiles the strict validation of a record schema: required fields, types, enum symbols, no field that the
 * schema does not have (avsc drops those silently on encode), timestamps in range, uuids in their form.
 * The returned function gives the first violation, or undefined.
 */
export function compileValidator(schema: AvroRecordSchema): (record: unknown) => Violation | undefined {
  const type = avroType(schema);
  const logical = logicalCheck(schema);
  return (record) => {
    // The cheap way first: the path is worked out only for a record that fails.
    if (type.isValid(record, { noUndeclaredFields: true } as never)) return logical?.(record, '');
    return explain(type, record);
  };
}

function explain(type: Type, record: unknown): Violation {
  let found: Violation | undefined;
  type.isValid(record, {
    noUndeclaredFields: true,
    errorHook(path: string[], value: unknown, at: Type) {
      found ??= violationAt(path, value, at);
    },
  } as never);
  return found ?? { code: 'type', field: '', message: 'the record does not fit its schema' };
}

function violationAt(path: string[], value: unknown, at: Type): Violation {
  const field = path.join('.');
  if (value === undefined) return { code: 'required', field, message: `${field} is required` };
  if (at.typeName === 'enum') {
    const symbols = (at as avsc.types.EnumType).symbols;
    return { code: 'enum', field, message: `${field} must be one of ${symbols.slice(0, 20).join(', ')}; got ${shown(value)}` };
  }
  if (at.typeName === 'record' && value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const known = new Set((at as avsc.types.RecordType).fields.map((f) => f.name));
    const extra = Object.keys(value).find((name) => !known.has(name));
    if (extra !== undefined) {
      const where = field ? `${field}.${extra}` : extra;
      return { code: 'unknown_field', field: where, message: `${where} is not a field of the contract` };
    }
  }
  return { code: 'type', field, message: `${field || 'the record'} must be ${expected(at)}; got ${shown(value)}` };
}

/** The branch that is not null: the null of an optional field is no news to whoever reads the message. */
function expected(type: Type): string {
  if (type.typeName.startsWith('union')) {
    return (type as avsc.types.UnwrappedUnionType).types.map((t) => t.typeName).filter((name) => name !== 'null').join(' or ') + ' or null';
  }
  return type.typeName;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
