import { describe, expect, it } from '@jest/globals';
import type { AvroRecordSchema } from './avro.js';
import { asksForErasure, readErasure } from './erasure.js';
import { loadProducts, productOf } from './products.js';

const schema = (...names: string[]) => ({ type: 'record', name: 'R', fields: names.map((name) => ({ name, type: 'string' })) }) as unknown as AvroRecordSchema;

describe('a contract that says which records ask for erasure', () => {
  it.each([
    ['is no map', 'yes', 'erasure must be fields with the text that each has'],
    ['has a value that is no text', { change: 1 }, 'erasure must be fields'],
    ['names a field that there is not', { changed: 'deleted' }, 'erasure needs the field "changed", which the schema does not have'],
  ])('is refused where it %s', (_, value, message) => {
    expect(() => readErasure('crm.x', value, schema('change', 'identifiers'))).toThrow(`contract.yaml of crm.x: ${message}`);
  });

  it('is refused where records have no identifiers', () => {
    expect(() => readErasure('crm.x', {}, schema('change'))).toThrow('erasure needs the field "identifiers"');
  });
});

describe('a record', () => {
  const products = loadProducts();

  it.each([
    ['crm.contact-changes', { change: 'deleted', property: 'privacyDeletion' }, true],
    ['crm.contact-changes', { change: 'deleted', property: null }, false],
    ['crm.contact-changes', { change: 'updated', property: 'privacyDeletion' }, false],
    ['customer.erasures', {}, true],
    ['web.orders', {}, false],
  ])('of %s with %j asks for it: %s', (id, record, expected) => expect(asksForErasure(productOf(products, id), record)).toBe(expected));
});
