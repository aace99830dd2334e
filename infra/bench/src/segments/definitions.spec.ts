import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { parse } from 'yaml';
import { countDefinitions, segmentTexts, writeDefinitions } from './definitions.js';

const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-definitions-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('definitions for measurements', () => {
  it.each([1, 20, 33, 200, 1_000])('are as many as are asked for: %i segments over sixty traits', (segments) => {
    expect(writeDefinitions(dir, segments, 'nothing')).toEqual({ traits: 60, segments });
  });

  it('come on top of those of the workspace, of which none is missing', () => {
    const own = countDefinitions(path.join(schemasDir(), 'segments'));
    expect(writeDefinitions(dir, own + 40, 'workspace').segments).toBe(own + 40);
    expect(writeDefinitions(dir, 1, 'workspace').segments).toBe(own);
    expect(readdirSync(path.join(dir, 'segments'))).toEqual(readdirSync(path.join(schemasDir(), 'segments')));
  });

  it('are the same one by one as from templates', () => {
    writeDefinitions(dir, 40, 'nothing');
    const file = readdirSync(path.join(dir, 'segments')).find((name) => name.startsWith('bench-cart-'))!;
    const template = parse(readFileSync(path.join(dir, 'segments', file), 'utf8')) as { foreach: { category: string; n: number }[] };
    const carts = segmentTexts(40).filter(({ name }) => name.startsWith('bench-cart-'));
    expect(carts.map(({ name }) => name)).toEqual(template.foreach.map(({ category, n }) => `bench-cart-${category.toLowerCase()}-${n}`));
    expect(parse(carts[0]!.text)).toMatchObject({ name: 'bench-cart-bags-1', when: { all: [{ trait: 'bench_adds_bags_1d', gte: 1 }, { not: { trait: 'bench_orders_bags_365d', gte: 1 } }] } });
  });

  it('are without holes, one by one too', () => {
    const texts = segmentTexts(200);
    expect(new Set(texts.map(({ name }) => name)).size).toBe(200);
    for (const { text } of texts) expect(text).not.toMatch(/\$\{|undefined/);
    expect(parse(texts.find(({ name }) => name === 'bench-from-paid-search-1')!.text)).toMatchObject({ when: { all: [{ trait: 'bench_visits_paid_search_30d' }, {}] } });
  });
});
