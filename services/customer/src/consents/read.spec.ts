import { describe, expect, it } from '@jest/globals';
import { loadProducts, productOf } from '@tideway/contracts';
import { consentReader } from './read.js';

const products = loadProducts();
const record = {
  event_id: '0b7d3c1e-5a0f-5c0e-9a57-3f6f3a1f9d10', occurred_at: 10, received_at: 20, source: 'segment:shop', identifiers: {},
  purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', evidence: 'form-1',
};

describe('consentReader', () => {
  it('finds the consent products of all domains, and no other', () => {
    expect(products.filter((product) => consentReader(product)).map(({ id }) => id)).toEqual(expect.arrayContaining(['web.consents', 'crm.consents']));
    expect(products.filter((product) => consentReader(product)).every(({ name }) => name === 'consents')).toBe(true);
    expect(consentReader(productOf(products, 'customer.consents'))).toBeUndefined();
  });

  it('reads the statement', () => {
    expect(consentReader(productOf(products, 'web.consents'))!(record, 'web.consents.v1:0:7')).toEqual({
      purpose: 'marketing', channel: 'email', decision: 'granted', legal_basis: 'consent', decided_at: 10, source: 'segment:shop', origin: 'web.consents.v1:0:7',
    });
  });

  it('dates a decision from the future when it was received', () => {
    expect(consentReader(productOf(products, 'web.consents'))!({ ...record, occurred_at: 99 }, 'o:0:0').decided_at).toBe(20);
  });
});
