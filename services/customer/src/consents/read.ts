// Finds the products whose records state consents, and reads the statement out of them.
import type { CustomerConsents, Product } from '@tideway/contracts';
import type { Told } from './resolve.js';

const FIELDS = ['purpose', 'channel', 'decision', 'legal_basis'];

/**
 * Compiles the reading of a product's consents; undefined for products that state none. A consent product is an
 * event with the fields purpose, channel, decision and legal_basis, in whatever domain.
 */
export function consentReader(product: Product): ((record: Record<string, unknown>, origin: string) => Told) | undefined {
  const fields = new Set(product.schema.fields.map((field) => field.name));
  if (product.kind !== 'event' || FIELDS.some((field) => !fields.has(field))) return undefined;
  return (record, origin) => ({
    purpose: record['purpose'] as string,
    channel: record['channel'] as string,
    decision: record['decision'] as CustomerConsents['decision'],
    legal_basis: record['legal_basis'] as string,
    // A decision dated in the future, by a wrong clock, would overrule all that come until then.
    decided_at: Math.min(record['occurred_at'] as number, record['received_at'] as number),
    source: record['source'] as string,
    origin,
  });
}
