// The documentation page of a data product, from its contract and schema.
import type { AvroSchema } from './avro.js';
import type { Product } from './products.js';

/** A short, readable name of an Avro type: `string?`, `enum(a, b)`, `[Item]`. */
export function shownType(schema: AvroSchema): string {
  if (typeof schema === 'string') return schema;
  if (Array.isArray(schema)) return schema.filter((s) => s !== 'null').map(shownType).join(' or ') + (schema.includes('null') ? '?' : '');
  if ('symbols' in schema) return `enum(${schema.symbols.join(', ')})`;
  if ('items' in schema) return `[${shownType(schema.items)}]`;
  if ('values' in schema) return `map of ${shownType(schema.values)}`;
  if ('fields' in schema) return `${schema.name}(${schema.fields.map((f) => `${f.name}: ${shownType(f.type)}`).join(', ')})`;
  return ('logicalType' in schema ? schema.logicalType : undefined) ?? schema.type;
}

/** The Markdown page of a product. */
export function productPage(product: Product): string {
  const { contract, schema } = product;
  const classification = new Map(contract.schema[0]!.properties.map((p) => [p.name, p.classification]));
  const rows = schema.fields.map((f) =>
    `| ${f.name} | ${shownType(f.type).replaceAll('|', '\\|')} | ${classification.get(f.name) ?? ''} | ${f.doc ?? ''} |`);
  return [
    `# ${product.topic}`, '',
    '<!-- Generated from schemas/ by `npm run generate`: do not edit. -->', '',
    contract.description.purpose, '', contract.description.usage ?? '', '',
    '| | |', '|---|---|',
    `| kind | ${product.kind} |`,
    `| key | ${product.key.join(', ')} |`,
    `| owner | ${product.owner} |`,
    `| topic | \`${product.topic}\`, ${product.partitions} partitions, ${retention(product)} |`,
    `| subject | \`${product.subject}\`, FULL_TRANSITIVE |`,
    `| ClickHouse | view \`${product.database}.${product.view}\` on the table \`${product.database}.${product.table}\` |`, '',
    '| field | type | classification | meaning |', '|---|---|---|---|', ...rows, '',
  ].join('\n');
}

function retention(product: Product): string {
  if (product.kind !== 'event') return 'compacted';
  return product.retentionMs < 0 ? 'kept for ever' : `kept for ${product.retentionMs / 86_400_000} days`;
}

/** The list of all products. */
export function productIndex(products: Product[]): string {
  const rows = products.map((p) => `| [${p.topic}](${p.topic}.md) | ${p.kind} | ${p.owner} | ${p.contract.description.purpose} |`);
  return ['# Data products', '', '<!-- Generated from schemas/ by `npm run generate`: do not edit. -->', '',
    '| topic | kind | owner | what it holds |', '|---|---|---|---|', ...rows, ''].join('\n');
}
