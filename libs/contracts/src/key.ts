// The Kafka key of a product record, from the fields that its contract names.
import type { Product } from './products.js';

/**
 * Compiles the key of a product's records. An event's key fields are alternatives, the first one present wins;
 * `identifiers.<type>` gives `<type>:<value>`, `identifiers.*` the first identifier in alphabetical order of types.
 * Other kinds join all key fields with `|`, as do events whose fields are no identifiers. Returns null where
 * an event has no identifier at all: such a record goes to any partition.
 */
export function compileKey(product: Product): (record: Record<string, unknown>) => string | null {
  if (product.kind === 'event' && product.key[0]!.startsWith('identifiers.')) {
    const types = product.key.map((field) => field.slice('identifiers.'.length));
    return (record) => {
      const identifiers = record['identifiers'] as Record<string, string>;
      for (const type of types) {
        const name = type === '*' ? Object.keys(identifiers).sort()[0] : type;
        if (name !== undefined && identifiers[name] !== undefined) return `${name}:${identifiers[name]}`;
      }
      return null;
    };
  }
  return (record) => product.key.map((field) => String(record[field])).join('|');
}
