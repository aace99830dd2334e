import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileKey, compileValidator, loadProducts } from '@tideway/contracts';
import { createTable } from '@tideway/clickhouse';
import { addImpressions, impression, IMPRESSION } from './impressions.js';

describe('impressions', () => {
  it('fit their contract, with every field of its schema in use', () => {
    const validate = compileValidator(IMPRESSION);
    const records = Array.from({ length: 2_000 }, (_, i) => impression(i));
    expect(records.map(validate).filter(Boolean)).toEqual([]);
    for (const { name } of IMPRESSION.fields) expect([name, new Set(records.map((record) => record[name as 'url'])).size > (name === 'source' ? 0 : 1)]).toEqual([name, true]);
  });

  it('are the same every time, and no two have the same id', () => {
    expect(impression(123_456)).toEqual(impression(123_456));
    expect(new Set(Array.from({ length: 20_000 }, (_, i) => impression(i).event_id)).size).toBe(20_000);
  });

  it('are spread over the partitions of their topic by visitor', () => {
    expect(new Set(Array.from({ length: 2_000 }, (_, i) => impression(i).visitor_id)).size).toBeGreaterThan(1_900);
  });
});

describe('addImpressions', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-bench-'));

  it('makes the product one among the real ones', () => {
    const product = addImpressions(dir);
    expect(product).toMatchObject({ topic: 'bench.impressions.v1', database: 'bench', table: 'impressions_v1', kind: 'event', partitions: 6, primaryKey: ['event_id'] });
    expect(product.schema.fields).toHaveLength(12);
    expect(compileKey(product)(impression(0) as never)).toBe(impression(0).visitor_id);
    expect(createTable(product)[0]).toContain('PARTITION BY toYYYYMM(`received_at`) ORDER BY (`occurred_at`, `event_id`)');
    expect(loadProducts(dir)).toHaveLength(loadProducts().length + 1);
    rmSync(dir, { recursive: true });
  });
});
