// The product that is measured with, twelve columns as events have them, and its records: seeded, so that every run
// and every contender has the same.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadProducts, productOf, schemasDir, type AvroRecordSchema, type Product } from '@tideway/contracts';

const DEVICES = ['desktop', 'mobile', 'tablet', 'tv'] as const;

const optional = (type: string) => ({ type: ['null', type], default: null });
const logical = (type: string, logicalType: string) => ({ type: { type, logicalType } });

export const IMPRESSION: AvroRecordSchema = {
  type: 'record', name: 'Impression', namespace: 'tideway.bench', doc: 'Ads that people saw.',
  fields: [
    { name: 'event_id', ...logical('string', 'uuid') },
    { name: 'occurred_at', ...logical('long', 'timestamp-millis') },
    { name: 'received_at', ...logical('long', 'timestamp-millis') },
    { name: 'source', type: 'string' },
    { name: 'visitor_id', type: 'string' },
    { name: 'session_id', ...optional('string') },
    { name: 'url', type: 'string' },
    { name: 'referrer', ...optional('string') },
    { name: 'campaign', ...optional('string') },
    { name: 'device', type: { type: 'enum', name: 'Device', symbols: [...DEVICES] } },
    { name: 'value_micros', ...optional('long') },
    { name: 'is_bot', type: 'boolean' },
  ],
};

export interface Impression {
  event_id: string;
  occurred_at: number;
  received_at: number;
  source: string;
  visitor_id: string;
  session_id: string | null;
  url: string;
  referrer: string | null;
  campaign: string | null;
  device: (typeof DEVICES)[number];
  value_micros: number | null;
  is_bot: boolean;
}

/** A copy of schemas/ in `dir` with the product in it, for TIDEWAY_SCHEMAS: the real services then know it as any other. */
export function addImpressions(dir: string): Product {
  cpSync(schemasDir(), dir, { recursive: true });
  const folder = path.join(dir, 'products/bench/impressions');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'v1.avsc'), JSON.stringify(IMPRESSION, null, 2));
  writeFileSync(path.join(folder, 'contract.yaml'), JSON.stringify(contract(), null, 2));
  return productOf(loadProducts(dir), 'bench.impressions');
}

/** A contract (YAML takes JSON) with what is read from one. */
function contract(): object {
  return {
    apiVersion: 'v3.1.0', kind: 'DataContract', id: 'bench.impressions', name: 'bench.impressions', version: '1.0.0', status: 'active', domain: 'bench',
    customProperties: [{ property: 'kind', value: 'event' }, { property: 'key', value: ['visitor_id'] }],
    schema: [{ name: 'impressions', properties: IMPRESSION.fields.map(({ name }) => ({ name, required: true, ...(name === 'event_id' ? { primaryKey: true } : {}) })) }],
  };
}

/** Within one month, which is one partition of the table, however many records there are. */
const BEGIN_MS = Date.UTC(2026, 5, 15);
const VISITORS = 50_000;
const CATEGORIES = ['shoes', 'jackets', 'tents', 'backpacks', 'sleeping-bags', 'trekking-poles'];
const REFERRERS = ['https://www.search.example/', 'https://social.example/', 'https://news.example/outdoor/the-ten-best-tents-of-the-year'];

/** Record number `index`, of about 250 bytes: the same number always gives the same record. */
export function impression(index: number): Impression {
  const random = generator(index);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const chance = (share: number) => random() < share;
  const visitor = Math.floor(random() * VISITORS);
  const campaign = chance(0.3) ? `summer-sale-${Math.floor(random() * 40)}` : null;
  const occurredAt = BEGIN_MS + index;
  return {
    event_id: uuid(random),
    occurred_at: occurredAt,
    received_at: occurredAt + Math.floor(random() * 2_000),
    source: 'segment:shop',
    visitor_id: uuid(generator(VISITORS + visitor)),
    session_id: chance(0.8) ? `${visitor}.${BEGIN_MS + (index >> 14)}` : null,
    url: `https://shop.example/${pick(CATEGORIES)}/sku-${Math.floor(random() * 5_000)}${campaign === null ? '' : `?utm_source=newsletter&utm_campaign=${campaign}`}`,
    referrer: chance(0.4) ? pick(REFERRERS) : null,
    campaign,
    device: pick(DEVICES),
    value_micros: chance(0.25) ? Math.floor(random() * 200_000_000) : null,
    is_bot: chance(0.03),
  };
}

/** Numbers from 0 to 1 by the mulberry32 generator. */
function generator(seed: number): () => number {
  // A multiplier with all bits in use sets neighbouring records apart.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function uuid(random: () => number): string {
  const hex = (digits: number) => Math.floor(random() * 16 ** digits).toString(16).padStart(digits, '0');
  // Version 4, variant 1 (RFC 9562).
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
}
