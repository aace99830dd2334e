// The row that deletes an entity's or a report's row: its key, and a version later than what it deletes.
import { versionField, type Product } from '@tideway/contracts';
import type { Tombstone } from './datums.js';

const DAY_MS = 86_400_000;

/** As JSONEachRow takes it. A deletion counts as an extraction at the time of its message. */
export function tombstoneRow(product: Product, { partition, offset, key, timestamp }: Tombstone): Record<string, unknown> {
  const parts = key.split('|');
  const version = versionField(product);
  return {
    _partition: partition, _offset: offset, _deleted: 1,
    ...Object.fromEntries(product.key.map((field, i) => [field, isDate(product, field) ? day(parts[i]) : parts[i] ?? ''])),
    ...(version ? { [version]: timestamp } : {}),
  };
}

function isDate({ schema }: Product, name: string): boolean {
  const type = schema.fields.find((field) => field.name === name)?.type;
  return typeof type === 'object' && 'logicalType' in type && type.logicalType === 'date';
}

/** Keys have days as numbers since 1970-01-01, as records do. */
function day(text: string | undefined): string {
  return new Date((Number(text) || 0) * DAY_MS).toISOString().slice(0, 10);
}
