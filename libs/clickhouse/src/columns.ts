// ClickHouse columns from Avro types, matched by name when Avro files are inserted.
import type { AvroField, AvroSchema } from '@tideway/contracts';

/** A column with its type and, where the field has an Avro default, the DEFAULT expression for rows written without it. */
export interface Column {
  name: string;
  type: string;
  defaultExpression?: string;
}

const PRIMITIVES: Record<string, string> = { string: 'String', bytes: 'String', int: 'Int32', long: 'Int64', float: 'Float32', double: 'Float64', boolean: 'Bool' };
const LOGICAL: Record<string, string> = { uuid: 'UUID', 'timestamp-millis': "DateTime64(3, 'UTC')", 'timestamp-micros': "DateTime64(6, 'UTC')", date: 'Date32' };

/** The ClickHouse type of an Avro type. Throws for what a contract must not hold: unions other than with null. */
export function columnType(schema: AvroSchema): string {
  if (Array.isArray(schema)) return nullable(schema);
  if (typeof schema === 'string') return primitive(schema);
  if ('symbols' in schema) return 'LowCardinality(String)';
  if ('items' in schema) return `Array(${columnType(schema.items)})`;
  if ('values' in schema) return `Map(String, ${columnType(schema.values)})`;
  if ('fields' in schema) return `Tuple(${schema.fields.map((field) => `${quoted(field.name)} ${columnType(field.type)}`).join(', ')})`;
  if ('logicalType' in schema && schema.logicalType === 'decimal') return `Decimal(${schema.precision}, ${schema.scale ?? 0})`;
  return ('logicalType' in schema ? LOGICAL[schema.logicalType ?? ''] : undefined) ?? primitive(schema.type);
}

function primitive(name: string): string {
  const type = PRIMITIVES[name];
  if (!type) throw new Error(`Avro type "${name}" has no ClickHouse column`);
  return type;
}

/** ClickHouse has no nullable arrays, maps or tuples: null becomes their empty value. */
function nullable(union: AvroSchema[]): string {
  const inner = union.filter((branch) => branch !== 'null');
  if (inner.length !== 1 || inner.length === union.length) throw new Error(`union ${JSON.stringify(union)} is not one type with null`);
  const type = columnType(inner[0]!);
  if (/^(Array|Map|Tuple)\(/.test(type)) return type;
  return type === 'LowCardinality(String)' ? 'LowCardinality(Nullable(String))' : `Nullable(${type})`;
}

/** The column of a field. */
export function columnOf(field: AvroField): Column {
  const type = columnType(field.type);
  const value = field.default;
  if (value === undefined || value === null || typeof value === 'object') return { name: field.name, type };
  const defaultExpression = typeof value === 'string' ? literal(value) : String(value);
  return { name: field.name, type, defaultExpression };
}

/** A column's definition for CREATE TABLE and ADD COLUMN. */
export function columnDefinition({ name, type, defaultExpression }: Column): string {
  return `${quoted(name)} ${type}${defaultExpression === undefined ? '' : ` DEFAULT ${defaultExpression}`}`;
}

/** An identifier in backquotes. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
