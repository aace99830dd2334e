// Reads schemas/products/: everything that other code needs to know about a data product comes from here.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Contract } from './contract.js';
import { propertyOf } from './contract.js';
import type { AvroRecordSchema } from './avro.js';
import { readActivityMapping, type ActivityMapping } from './activity.js';
import { readErasure } from './erasure.js';

export type ProductKind = 'event' | 'entity' | 'report';

/** A data product at one major version. All names are derived from its folder: see `docs/data-products.md`. */
export interface Product {
  /** `web.page-views` */
  id: string;
  domain: string;
  name: string;
  /** Major version: a break of compatibility is a new major, on a topic of its own. */
  major: number;
  kind: ProductKind;
  /** Fields that make the record's key. Events name alternatives, the first one present wins; others need all. */
  key: string[];
  /** Fields whose values together are unique: views show each combination once. */
  primaryKey: string[];
  owner: string;
  topic: string;
  subject: string;
  partitions: number;
  /** Retention of the topic in milliseconds; -1 keeps for ever. Compacted topics have none. */
  retentionMs: number;
  /** Retention of the rows in ClickHouse in milliseconds, counted from occurred_at; undefined keeps them. */
  tableRetentionMs?: number;
  database: string;
  /** Storage table without its database, e.g. `page_views_v1`. */
  table: string;
  /** Analysts' view on the current major, without its database. */
  view: string;
  schema: AvroRecordSchema;
  contract: Contract;
  activity?: ActivityMapping;
  /** What fields of a record hold that asks for its person to be erased; without any, each record does. Undefined: none does. */
  erasure?: Readonly<Record<string, string>>;
  /** Folder of the product. */
  dir: string;
  /** The contract of this major: `contract.yaml`, or `contract.v2.yaml` where a later major has its own. */
  contractFile: string;
  /** Folder with `valid/` and `invalid/` samples of this major: `samples/`, or `samples/v2/` where a later major has its own. */
  samplesDir: string;
}

const DEFAULT_PARTITIONS = 6;
const DEFAULT_SCHEMAS_DIR = path.resolve(import.meta.dirname, '../../../schemas');

/** The schemas folder: `TIDEWAY_SCHEMAS`, else the workspace's own. */
export function schemasDir(): string {
  return process.env['TIDEWAY_SCHEMAS'] ?? DEFAULT_SCHEMAS_DIR;
}

/** Milliseconds of an ISO 8601 duration in days, hours, minutes or seconds (`P30D`, `PT1S`); -1 for `unlimited`. */
export function durationMs(text: string): number {
  if (text === 'unlimited') return -1;
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!match || text === 'P') throw new Error(`"${text}" is not an ISO 8601 duration such as P30D or PT1S`);
  const [, d = '0', h = '0', m = '0', s = '0'] = match;
  return (((Number(d) * 24 + Number(h)) * 60 + Number(m)) * 60 + Number(s)) * 1000;
}

function slaOf(contract: Contract, property: string): string | undefined {
  return contract.slaProperties?.find((entry) => entry.property === property)?.value;
}

/** What `nameOf` names for this major, else what the nearest earlier major has: a major need not repeat what it shares. */
function ownOrEarlier(dir: string, major: number, nameOf: (major: number) => string): string {
  for (let from = major; from > 1; from -= 1) {
    const own = path.join(dir, nameOf(from));
    if (existsSync(own)) return own;
  }
  return path.join(dir, nameOf(1));
}

function readProduct(dir: string, domain: string, name: string, major: number): Product {
  const contractFile = ownOrEarlier(dir, major, (from) => (from === 1 ? 'contract.yaml' : `contract.v${from}.yaml`));
  const samplesDir = ownOrEarlier(dir, major, (from) => (from === 1 ? 'samples' : `samples/v${from}`));
  const contract = parse(readFileSync(contractFile, 'utf8')) as Contract;
  const schema = JSON.parse(readFileSync(path.join(dir, `v${major}.avsc`), 'utf8')) as AvroRecordSchema;
  const id = `${domain}.${name}`;
  const kind = propertyOf<ProductKind>(contract, 'kind');
  const key = propertyOf<string[]>(contract, 'key');
  if (!kind || !key) throw new Error(`${contractFile}: customProperties must name "kind" and "key"`);
  const topic = `${id}.v${major}`;
  const activity = propertyOf<unknown>(contract, 'activity');
  const erasure = propertyOf<unknown>(contract, 'erasure');
  const tableRetention = slaOf(contract, 'tableRetention');
  const view = name.replaceAll('-', '_');
  return {
    id, domain, name, major, kind, key, topic, schema, contract, dir, contractFile, samplesDir, view,
    primaryKey: contract.schema[0]!.properties.filter((field) => field.primaryKey).map((field) => field.name),
    owner: contract.team?.name ?? '',
    subject: `${topic}-value`,
    partitions: propertyOf<number>(contract, 'partitions') ?? DEFAULT_PARTITIONS,
    retentionMs: durationMs(slaOf(contract, 'retention') ?? 'P7D'),
    database: domain.replaceAll('-', '_'),
    table: `${view}_v${major}`,
    ...(tableRetention === undefined ? {} : { tableRetentionMs: durationMs(tableRetention) }),
    ...(activity === undefined ? {} : { activity: readActivityMapping(id, activity) }),
    ...(erasure === undefined ? {} : { erasure: readErasure(id, erasure, schema) }),
  };
}

/** Every product under `dir`/products, each at every major version it has, sorted by topic. */
export function loadProducts(dir: string = schemasDir()): Product[] {
  const root = path.join(dir, 'products');
  const folders = (parent: string) => readdirSync(parent, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
  const products = folders(root).flatMap((domain) => folders(path.join(root, domain)).flatMap((name) => {
    const productDir = path.join(root, domain, name);
    if (!existsSync(path.join(productDir, 'contract.yaml'))) throw new Error(`${productDir} has no contract.yaml`);
    return readdirSync(productDir)
      .map((file) => /^v(\d+)\.avsc$/.exec(file)?.[1])
      .filter((major) => major !== undefined)
      .map((major) => readProduct(productDir, domain, name, Number(major)));
  }));
  return products.sort((a, b) => a.topic.localeCompare(b.topic));
}

/** The product of `products` with this id at its highest major; throws where there is none. */
export function productOf(products: Product[], id: string): Product {
  const found = products.filter((p) => p.id === id).sort((a, b) => b.major - a.major)[0];
  if (!found) throw new Error(`there is no data product "${id}" under schemas/products`);
  return found;
}

/**
 * Field by which the current row of an entity or a report is chosen among rows of one key: `extracted_at` where the product
 * has it, so that an older extraction that comes late replaces nothing; without it, the record that came last is current.
 */
export function versionField(product: Product): 'extracted_at' | undefined {
  return product.kind !== 'event' && product.schema.fields.some((field) => field.name === 'extracted_at') ? 'extracted_at' : undefined;
}

/**
 * Whether a product's records say what a person did, with the person's identifiers: such products become customer activities.
 * Events do; an entity does where its contract maps it.
 */
export function hasIdentifiers(product: Product): boolean {
  return (product.kind === 'event' || product.activity !== undefined) && product.schema.fields.some((field) => field.name === 'identifiers');
}
