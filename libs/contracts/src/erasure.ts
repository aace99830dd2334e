// Which records of a product ask for a person to be erased: a custom property of its contract.
import type { AvroRecordSchema } from './avro.js';

/**
 * Reads `erasure` of a contract: the values that fields of such a record have; `{}` for a product whose records all ask for it.
 * Throws an Error that names the product and the field where the product does not have it, or has no identifiers.
 */
export function readErasure(id: string, value: unknown, { fields }: AvroRecordSchema): Readonly<Record<string, string>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.values(value).some((text) => typeof text !== 'string')) throw new Error(`contract.yaml of ${id}: erasure must be fields with the text that each has, such as { change: deleted }`);
  for (const name of [...Object.keys(value), 'identifiers']) {
    if (!fields.some((field) => field.name === name)) throw new Error(`contract.yaml of ${id}: erasure needs the field "${name}", which the schema does not have`);
  }
  return value as Record<string, string>;
}

/** Whether a record asks for it. */
export function asksForErasure({ erasure }: { erasure?: Readonly<Record<string, string>> }, record: Record<string, unknown>): boolean {
  return erasure !== undefined && Object.entries(erasure).every(([name, text]) => record[name] === text);
}
