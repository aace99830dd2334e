// Segments and traits of the harness's own, beside the workspace's: with times so short that memberships change by time
// alone all through a run, and as many more as make two hundred. Pure.

/** Where it is put: `schemas/<kind>/<name>.yaml`. */
export interface DefinitionFile {
  kind: 'traits' | 'segments';
  name: string;
  text: string;
}

export interface OwnOptions {
  /** When faults begin (ms), more or less, and for how long they go on. */
  begin: number;
  minutes: number;
  /** Segments that the workspace has. */
  existing: number;
}

/** Two hundred live segments are what the service is made for. */
export const LEAST_SEGMENTS = 200;

/** What people do all the time in the load's shop. */
const TYPES = ['product_viewed', 'page_viewed', 'product_added', 'order_completed', 'cart_viewed', 'products_searched'];
const DAYS = [1, 7, 30];
const LEASTS = [2, 4, 7, 12, 20, 30, 45, 65, 90, 120, 160];
const PURPOSES = ['personalization', 'analytics', 'marketing', 'advertising'];
/** Periods that begin and end within a run: each lasts as many of its parts. */
const PERIODS = 8;
const PERIOD_LENGTH = 2;
const ENDS = 4;

/** The trait that counts activities of a type in so many days; written segments use it too. */
export const countTrait = (type: string, days: number) => `chaos_${type}_${days}d`;

const instant = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
/** A list of rows, as `foreach` takes it. */
const rows = (list: readonly object[]) => list.map((row) => `  - ${JSON.stringify(row)}`).join('\n');

function trait(file: string, lines: string[]): DefinitionFile {
  return { kind: 'traits', name: file, text: [`name: ${nameOf(file)}`, 'description: For the fault harness', 'owner: chaos', ...lines, ''].join('\n') };
}

function segment(file: string, lines: string[]): DefinitionFile {
  return { kind: 'segments', name: file, text: [`name: ${nameOf(file)}`, 'version: 1', 'description: For the fault harness', 'owner: chaos', ...lines, ''].join('\n') };
}

/** The name of a template's definitions, by that of its file. */
function nameOf(file: string): string {
  return file.replace(/\{type\}(-)?/, (_, dash: string | undefined) => (dash ? '${type|slug}-' : '${type}')).replace(/(?<!\$)\{(\w+)\}/g, '${$1}');
}

function traits(): DefinitionFile[] {
  return [
    trait('chaos_{type}_{days}d', [`foreach: ${JSON.stringify({ type: TYPES, days: DAYS })}`, 'operator: count', 'over: { types: ["${type}"] }', 'window: ${days}d']),
    trait('chaos_views_5m', ['operator: count', 'over: { types: [product_viewed] }', 'window: 5m']),
    trait('chaos_minutes_since_view', ['operator: time_since', 'unit: minutes', 'over: { types: [product_viewed] }', 'window: 1d']),
  ];
}

/** Who leaves, enters or both without doing anything, within seconds or minutes. */
function timed({ begin, minutes }: OwnOptions): [segments: number, file: DefinitionFile][] {
  const part = (minutes * 60_000) / PERIODS;
  const periods = Array.from({ length: PERIODS }, (_, n) => ({ n, from: instant(begin + n * part), until: instant(begin + (n + PERIOD_LENGTH) * part), purpose: PURPOSES[n % PURPOSES.length] }));
  const ends = Array.from({ length: ENDS }, (_, n) => ({ n, until: instant(begin + ((n + 1) * minutes * 60_000) / (ENDS + 1)) }));
  const views = [1, 2, 4, 8].map((least) => ({ least }));
  const quiet = [1, 2, 3].map((after) => ({ after, until: after + 2 }));
  const carts = [10, 30, 60, 90].map((wait, n) => ({ wait, purpose: PURPOSES[n] }));
  const chains = [{ wait: 5, window: 1 }, { wait: 15, window: 2 }, { wait: 45, window: 2 }, { wait: 75, window: 5 }];
  const of = (list: readonly object[], file: DefinitionFile): [number, DefinitionFile] => [list.length, file];
  return [
    of(views, segment('chaos-views-{least}', ['foreach:', rows(views), 'purpose: personalization', 'when: { trait: chaos_views_5m, gte: "${least}" }'])),
    of(quiet, segment('chaos-quiet-{after}', ['foreach:', rows(quiet), 'purpose: analytics', 'when: { trait: chaos_minutes_since_view, gte: "${after}", lt: "${until}" }'])),
    of(carts, segment('chaos-cart-left-{wait}s', ['foreach:', rows(carts), 'purpose: ${purpose}', 'when: { absence: { of: { types: [order_completed] }, after: { types: [product_added] }, for: "${wait}s", window: 3m } }'])),
    of(chains, segment('chaos-chain-{wait}s', [
      'foreach:', rows(chains), 'purpose: personalization', 'when:',
      '  sequence: [{ types: [product_viewed] }, { types: [product_added], within: 1m }, { not: { types: [product_removed] }, for: "${wait}s" }]', '  window: ${window}m',
    ])),
    of(periods, segment('chaos-period-{n}', ['foreach:', rows(periods), 'purpose: ${purpose}', `when: { all: [{ trait: ${countTrait('page_viewed', 30)}, gte: 2 }, { during: { from: "\${from}", until: "\${until}" } }] }`])),
    of(ends, segment('chaos-ends-{n}', ['foreach:', rows(ends), 'purpose: analytics', 'valid: { until: "${until}" }', `when: { trait: ${countTrait('product_viewed', 7)}, gte: 1 }`])),
  ];
}

/** Counters with thresholds, as many as are missing. */
function filling(count: number): DefinitionFile[] {
  const all = LEASTS.flatMap((least) => TYPES.flatMap((type, n) => DAYS.map((days) => ({ type, days, least, purpose: PURPOSES[n % PURPOSES.length]! }))));
  if (count <= 0) return [];
  return [segment('chaos-{type}-{days}d-{least}', ['foreach:', rows(all.slice(0, count)), 'purpose: ${purpose}', 'when: { trait: "chaos_${type}_${days}d", gte: "${least}" }'])];
}

/** The files to put beside the workspace's: with both there are LEAST_SEGMENTS at least. */
export function ownDefinitions(options: OwnOptions): DefinitionFile[] {
  const live = timed(options);
  const count = live.reduce((sum, [segments]) => sum + segments, 0);
  return [...traits(), ...live.map(([, file]) => file), ...filling(LEAST_SEGMENTS - options.existing - count)];
}
