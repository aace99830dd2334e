// Definitions in any number, as a shop's marketing team has them: variations of a few ideas over categories, channels and thresholds.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { parse } from 'yaml';

/** The first ones are those of the simulated shop. */
export const CATEGORIES = ['Bags', 'Clothing', 'Safety', 'Paddles', 'Boats', 'Boards', 'Tents', 'Stoves', 'Shoes', 'Maps', 'Lamps', 'Ropes'] as const;
/** Of page views: see Channel in schemas/products/web/page-views. */
export const CHANNELS = ['direct', 'paid_search', 'paid_social', 'email', 'affiliates', 'organic_search', 'organic_social', 'referral'] as const;

/** A file of schemas/traits or schemas/segments, without its name; `rows` are those of its foreach. */
interface Template {
  name: string;
  rows?: readonly Record<string, string | number>[];
  body: string;
}

const counted = (types: string, window: string) => `operator: count\nover: { types: [${types}] }\nwindow: ${window}`;
const ofCategory = (type: string, window: string) => `operator: count\nover: { types: [${type}], where: { items.category: "\${category}" } }\nwindow: ${window}`;
const everyCategory = CATEGORIES.map((category) => ({ category }));

/** Sixty traits. */
const TRAITS: readonly Template[] = [
  { name: 'bench_views_${category|snake}_7d', rows: everyCategory, body: ofCategory('product_viewed', '7d') },
  { name: 'bench_adds_${category|snake}_1d', rows: everyCategory, body: ofCategory('product_added', '1d') },
  { name: 'bench_orders_${category|snake}_365d', rows: everyCategory, body: ofCategory('order_completed', '365d') },
  { name: 'bench_visits_${channel}_30d', rows: CHANNELS.map((channel) => ({ channel })), body: 'operator: count\nover: { types: [page_viewed], where: { touch.channel: "${channel}" } }\nwindow: 30d' },
  { name: 'bench_orders_30d', body: counted('order_completed', '30d') },
  { name: 'bench_orders_365d', body: counted('order_completed', '365d') },
  { name: 'bench_orders', body: counted('order_completed', 'all') },
  { name: 'bench_views_5m', body: counted('product_viewed', '5m') },
  { name: 'bench_views_30d', body: counted('product_viewed', '30d') },
  { name: 'bench_pages_30d', body: counted('page_viewed', '30d') },
  { name: 'bench_adds_3d', body: counted('product_added', '3d') },
  { name: 'bench_checkouts_7d', body: counted('checkout_started', '7d') },
  { name: 'bench_email_clicks_30d', body: counted('email_clicked', '30d') },
  { name: 'bench_revenue_365d', body: 'operator: sum\nfield: value_micros\nover: { types: [order_completed], where: { currency: EUR } }\nwindow: 365d' },
  { name: 'bench_average_order_365d', body: 'operator: average\nfield: value_micros\nover: { types: [order_completed], where: { currency: EUR } }\nwindow: 365d' },
  { name: 'bench_days_since_order', body: 'operator: time_since\nunit: days\nover: { types: [order_completed] }\nwindow: all' },
  { name: 'bench_last_order_at', body: 'operator: latest\nfield: occurred_at\nover: { types: [order_completed] }\nwindow: all' },
  { name: 'bench_favourite_90d', body: 'operator: most_frequent\nfield: items.category\nover: { types: [product_viewed, product_added] }\nwindow: 90d' },
  { name: 'bench_products_7d', body: 'operator: distinct_count\nfield: items.product_id\nover: { types: [product_viewed] }\nwindow: 7d' },
  { name: 'bench_lifecycle', body: 'operator: lifecycle\nover: { types: [order_completed] }\nwindow: all\nnew: 30d\nactive: 90d\nlapsed: 180d' },
];

/** An idea for segments: its `when`, and how many of twenty are of it. */
interface Idea {
  name: string;
  of20: number;
  when: string;
  row(number: number): Record<string, string | number>;
}

/** The same threshold for each category, then the next one. */
const byCategory = (number: number) => ({ category: CATEGORIES[number % CATEGORIES.length]!, n: 1 + Math.floor(number / CATEGORIES.length) });
const CART = 'bench-cart-${category|slug}-${n}';

const IDEAS: readonly Idea[] = [
  { name: CART, of20: 4, row: byCategory, when: '{ all: [{ trait: "bench_adds_${category|snake}_1d", gte: "${n}" }, { not: { trait: "bench_orders_${category|snake}_365d", gte: 1 } }] }' },
  { name: 'bench-browsed-${category|slug}-${n}', of20: 3, row: byCategory, when: '{ all: [{ trait: "bench_views_${category|snake}_7d", gte: "${n}" }, { trait: bench_orders_30d, eq: 0 }] }' },
  { name: 'bench-buyers-${category|slug}-${n}', of20: 3, row: byCategory, when: '{ all: [{ trait: "bench_orders_${category|snake}_365d", gte: "${n}" }, { trait: bench_days_since_order, lt: 90 }] }' },
  { name: 'bench-value-${n}', of20: 2, row: (number) => ({ n: number + 1, micros: 50_000_000 * (number + 1), days: 30 * (1 + (number % 12)) }), when: '{ all: [{ trait: bench_revenue_365d, gte: "${micros}" }, { trait: bench_days_since_order, lt: "${days}" }] }' },
  { name: 'bench-from-${channel|slug}-${n}', of20: 3, row: (number) => ({ channel: CHANNELS[number % CHANNELS.length]!, n: 1 + Math.floor(number / CHANNELS.length) }), when: '{ all: [{ trait: "bench_visits_${channel}_30d", gte: "${n}" }, { any: [{ trait: bench_orders, eq: 0 }, { trait: bench_lifecycle, in: [lapsed, at_risk] }] }] }' },
  { name: 'bench-fans-${category|slug}-${n}', of20: 2, row: byCategory, when: '{ all: [{ trait: bench_favourite_90d, eq: "${category}" }, { trait: bench_views_30d, gte: "${n}" }] }' },
  { name: 'bench-dropped-${category|slug}-${n}', of20: 1, row: byCategory, when: '{ sequence: [{ types: [product_added], where: { items.category: "${category}" } }, { types: [checkout_started], within: 1d }, { not: { types: [order_completed] }, for: "${n}h" }], window: 7d }' },
  { name: 'bench-forgot-${category|slug}-${n}', of20: 1, row: byCategory, when: '{ absence: { of: { types: [order_completed] }, after: { types: [product_added], where: { items.category: "${category}" } }, for: "${n}h", window: 3d } }' },
  { name: 'bench-holdout-${category|slug}-${n}', of20: 1, row: byCategory, when: `{ all: [{ segment: "${CART}" }, { split: { name: "bench \${category}", from: 0, to: 10 } }] }` },
];

/** The rows of an idea among this many segments: every twentieth is the last of a round, so that any number will do. */
function rowsOf(idea: Idea, segments: number): Record<string, string | number>[] {
  const before = IDEAS.slice(0, IDEAS.indexOf(idea)).reduce((sum, { of20 }) => sum + of20, 0);
  const rows = Math.floor(segments / 20) * idea.of20 + Math.max(0, Math.min(idea.of20, (segments % 20) - before));
  return Array.from({ length: rows }, (_, number) => idea.row(number));
}

/** What a file makes at most. */
const MOST_ROWS = 500;

const nameOfFile = (name: string) => name.replaceAll(/\$\{(\w+)(\|\w+)?\}/g, '{$1}');

function writeTemplate(folder: string, { name, rows, body }: Template, head: string): void {
  if (rows?.length === 0) return;
  if (rows && rows.length > MOST_ROWS) throw new Error(`${name} would be ${rows.length} definitions, and a file makes at most ${MOST_ROWS}: ask for fewer segments`);
  const text = [`name: ${name}`, ...(rows ? ['foreach:', ...rows.map((row) => `  - ${JSON.stringify(row)}`)] : []), head, body, ''].join('\n');
  writeFileSync(path.join(folder, `${nameOfFile(name)}.yaml`), text);
}

const TRAIT_HEAD = 'description: Made for a measurement\nowner: bench';
const SEGMENT_HEAD = `version: 1\n${TRAIT_HEAD}\npurpose: marketing`;

/** A definition of a segment of its own, as YAML: the first `count` of the ideas, for who writes them one by one. */
export function segmentTexts(count: number): { name: string; text: string }[] {
  return IDEAS.flatMap((idea) => rowsOf(idea, count).map((row) => {
    const filled = (text: string) => text
      .replaceAll(/"\$\{(\w+)\}"/g, (_, key: string) => JSON.stringify(row[key]))
      .replaceAll(/\$\{(\w+)(?:\|(\w+))?\}/g, (_, key: string, filter?: string) => written(String(row[key]), filter));
    const name = filled(idea.name);
    return { name, text: `name: ${name}\n${SEGMENT_HEAD}\nwhen: ${filled(idea.when)}\n` };
  }));
}

/** As the filters of templates write a value. */
function written(value: string, filter: string | undefined): string {
  return filter === undefined ? value : value.toLowerCase().replaceAll(/[^a-z0-9]+/g, filter === 'slug' ? '-' : '_');
}

/** How many definitions the files of a folder are, templates counted out. */
export function countDefinitions(folder: string): number {
  return readdirSync(folder).filter((name) => name.endsWith('.yaml')).reduce((sum, name) => sum + definitionsIn(readFileSync(path.join(folder, name), 'utf8')), 0);
}

function definitionsIn(text: string): number {
  const { foreach } = parse(text) as { foreach?: Record<string, unknown[]> | unknown[] };
  if (foreach === undefined) return 1;
  return Array.isArray(foreach) ? foreach.length : Object.values(foreach).reduce((product, values) => product * values.length, 1);
}

export interface Written {
  traits: number;
  segments: number;
}

/**
 * Makes a copy of schemas/ in `dir`, for TIDEWAY_SCHEMAS, with this many segments: `on` the workspace's own, of which none is
 * taken away, or on nothing, where all are made here over sixty traits. Gives how many there are.
 */
export function writeDefinitions(dir: string, segments: number, on: 'workspace' | 'nothing'): Written {
  rmSync(dir, { recursive: true, force: true });
  cpSync(schemasDir(), dir, { recursive: true });
  const folders = { traits: path.join(dir, 'traits'), segments: path.join(dir, 'segments') };
  if (on === 'nothing') for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const missing = segments - countDefinitions(folders.segments);
  if (missing > 0 || on === 'nothing') for (const template of TRAITS) writeTemplate(folders.traits, template, TRAIT_HEAD);
  for (const idea of IDEAS) writeTemplate(folders.segments, { name: idea.name, rows: rowsOf(idea, Math.max(0, missing)), body: `when: ${idea.when}` }, SEGMENT_HEAD);
  return { traits: countDefinitions(folders.traits), segments: countDefinitions(folders.segments) };
}
