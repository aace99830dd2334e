import { describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readActivityMapping } from './activity.js';
import { generatedFiles, staleFiles } from './generate.js';
import { compileKey } from './key.js';
import { durationMs, hasIdentifiers, loadProducts, productOf, schemasDir } from './products.js';

const products = loadProducts();

describe('products', () => {
  it('take all their names from their folder', () => {
    expect(productOf(products, 'web.page-views')).toMatchObject({
      topic: 'web.page-views.v1', subject: 'web.page-views.v1-value', database: 'web', table: 'page_views_v1', view: 'page_views', kind: 'event', primaryKey: ['event_id'], partitions: 6, retentionMs: 30 * 86_400_000, owner: 'web',
    });
  });

  it('are found at their highest major', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-schemas-'));
    cpSync(schemasDir(), dir, { recursive: true });
    cpSync(path.join(dir, 'products/web/orders/v1.avsc'), path.join(dir, 'products/web/orders/v2.avsc'));
    expect(productOf(loadProducts(dir), 'web.orders').topic).toBe('web.orders.v2');
    expect(loadProducts(dir).filter(({ id }) => id === 'web.orders').map(({ topic }) => topic)).toEqual(['web.orders.v1', 'web.orders.v2']);
    rmSync(dir, { recursive: true });
  });

  it('have contract and samples of their own at each major, or those of the major before', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-schemas-'));
    cpSync(schemasDir(), dir, { recursive: true });
    const folder = path.join(dir, 'products/web/orders');
    const contract = readFileSync(path.join(folder, 'contract.yaml'), 'utf8');
    for (const major of [2, 3]) cpSync(path.join(folder, 'v1.avsc'), path.join(folder, `v${major}.avsc`));
    writeFileSync(path.join(folder, 'contract.v2.yaml'), contract.replace('P365D', 'P2D').replace('name: web', 'name: shop'));
    cpSync(path.join(folder, 'samples/valid'), path.join(folder, 'samples/v3/valid'), { recursive: true });
    const majors = loadProducts(dir).filter(({ id }) => id === 'web.orders');
    rmSync(dir, { recursive: true });
    expect(majors.map(({ contractFile, samplesDir }) => [path.relative(folder, contractFile), path.relative(folder, samplesDir)])).toEqual([
      ['contract.yaml', 'samples'], ['contract.v2.yaml', 'samples'], ['contract.v2.yaml', 'samples/v3'],
    ]);
    expect(majors.map(({ retentionMs }) => retentionMs / 86_400_000)).toEqual([365, 2, 2]);
  });

  it('say of a field what it means in this product, where fields of others have its name', () => {
    const docs = (id: string) => new Map<string, string | undefined>(productOf(products, id).schema.fields.map(({ name, doc }) => [name, doc]));
    expect(docs('operations.quarantine').get('reason')).not.toBe(docs('segments.memberships').get('reason'));
    expect(docs('segments.memberships').get('change')).not.toBe(docs('crm.deal-changes').get('change'));
    for (const id of ['segments.state', 'personalization.profiles']) expect(docs(id).get('traits')).not.toBe(docs('web.identifications').get('traits'));
  });

  it('are missed by name', () => {
    expect(() => productOf(products, 'web.nothing')).toThrow('there is no data product "web.nothing"');
  });

  it('with identifiers are those that become activities', () => {
    // Of an erasure and of a split nothing is told but that it happened.
    const told = products.filter(({ id, activity, erasure }) => activity ?? (id === 'customer.splits' || (erasure && Object.keys(erasure).length === 0)));
    expect(products.filter(hasIdentifiers).map(({ id }) => id)).toEqual(told.map(({ id }) => id));
  });

  it('refuse a mapping of another shape', () => {
    expect(() => readActivityMapping('web.x', { type: 'page_viewed' })).toThrow('contract of web.x');
  });
});

describe('the key', () => {
  it('of an event is its first identifier among those that the contract names', () => {
    const key = compileKey(productOf(products, 'web.orders'));
    expect(key({ identifiers: { user_id: 'u', anonymous_id: 'a' } })).toBe('anonymous_id:a');
    expect(key({ identifiers: { user_id: 'u' } })).toBe('user_id:u');
    expect(key({ identifiers: {} })).toBeNull();
  });

  it('of a consent is the first identifier by the name of its type', () => {
    expect(compileKey(productOf(products, 'web.consents'))({ identifiers: { user_id: 'u', email_sha256: 'e' } })).toBe('email_sha256:e');
  });

  it('of an entity joins its fields', () => {
    expect(compileKey(productOf(products, 'customer.consents'))({ profile_id: 'p', purpose: 'advertising', channel: 'any' })).toBe('p|advertising|any');
  });
});

describe('durations', () => {
  it.each([['P30D', 2_592_000_000], ['PT1S', 1_000], ['P1DT2H3M4S', 93_784_000], ['unlimited', -1]])('%s is %d ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it('refuse what is none', () => {
    for (const text of ['30 days', 'P', '']) expect(() => durationMs(text)).toThrow('ISO 8601');
  });
});

describe('generated files', () => {
  it('are known to be stale, missing or left over', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-generated-'));
    const files = new Map([['docs/products/a.md', 'a'], ['docs/products/b.md', 'b']]);
    cpSync(path.join(schemasDir(), 'traits'), path.join(dir, 'docs/products'), { recursive: true });
    writeFileSync(path.join(dir, 'docs/products/a.md'), 'old');
    const stale = staleFiles(dir, files);
    expect(stale).toEqual(expect.arrayContaining(['docs/products/a.md', 'docs/products/b.md', 'docs/products/README.md']));
    rmSync(dir, { recursive: true });
  });

  it('hold a type, a page and a channel for each product', () => {
    const files = generatedFiles(products);
    for (const { topic } of products) expect([files.has(`libs/contracts/src/generated/${topic}.ts`), files.has(`docs/products/${topic}.md`)]).toEqual([true, true]);
    const asyncApi = JSON.parse(files.get('docs/asyncapi.json')!) as { channels: Record<string, { address: string }> };
    expect(Object.values(asyncApi.channels).map(({ address }) => address).sort()).toEqual(products.map(({ topic }) => topic).sort());
  });
});
