// The last step of every source: records, or the first problem that was noted on the way to them.
import type { Outcome, ProductId, ProductRecord, Rejection } from '@tideway/contracts';
import type { Problems } from './payload.js';

/** A refusal that the sender must mend. */
export function rejected(code: string, field: string, message: string): Outcome {
  return { status: 'rejected', rejection: { code, field, message } };
}

/** The records of an event; quarantined under `product` where a problem was noted, or a text in them is none. */
export function recordsOrQuarantine(product: ProductId, problems: Problems, records: ProductRecord[]): Outcome {
  const rejection = problems.first ?? brokenTextIn(records);
  return rejection ? { status: 'quarantined', product, rejection } : { status: 'records', records };
}

/** Half of a surrogate pair has no UTF-8: encoding would put a replacement character in its place, and make two values one. */
export function brokenTextIn(records: ProductRecord[]): Rejection | undefined {
  // Its place is worked out only for a record that fails.
  const broken = records.find(({ record }) => !isWellFormed(record));
  return broken && brokenText(broken.record, '');
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  for (const key of Object.keys(value)) if (!key.isWellFormed() || !isWellFormed((value as Record<string, unknown>)[key])) return false;
  return true;
}

function brokenText(value: unknown, path: string): Rejection | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { code: 'invalid_text', field: path, message: `${path} has half of a surrogate pair in it, which is no text` };
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, entry] of Object.entries(value)) {
    const found = brokenText(key, path) ?? brokenText(entry, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}
