import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { recordedValue } from './property-value.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the recorded value of a property', () => {
  it.each([
    ['contact', 'lifecyclestage', 'customer'], ['contact', 'numemployees', '250'], ['contact', 'annualrevenue', '15000000'], ['contact', 'createdate', '1462216307945'],
    ['contact', 'hs_email_optout_3513592', 'true'], ['deal', 'amount', '1500.00'], ['deal', 'closedate', '2026-11-21T09:30:00.000Z'], ['deal', 'hs_arr', '1.5E7'],
  ] as const)('of %s %s is kept', (object, property, value) => {
    expect(recordedValue(object, property, value)).toEqual({ value });
  });

  it.each([
    ['contact', 'firstname', 'Jane'], ['contact', 'address', 'Main Street 1'], ['contact', 'zip', '10115'], ['contact', 'jobtitle', 'CEO'], ['contact', 'hs_content_membership_notes', 'call her'],
    ['deal', 'dealname', 'Doe kitchen'], ['deal', 'closed_lost_reason', 'too dear'], ['deal', 'hs_email_optout_1', 'true'], ['contact', 'dealstage', 'won'],
  ] as const)('of %s %s is left out', (object, property, value) => {
    expect(recordedValue(object, property, value)).toEqual({ value: null });
  });

  it('identifies the person where it is an e-mail address or phone number of the contact', () => {
    const email = sha256('jane@example.com');
    const phone = sha256('+18005550100');
    expect(recordedValue('contact', 'email', 'Jane@Example.com')).toEqual({ value: email, identifier: ['email_sha256', email] });
    for (const property of ['phone', 'mobilephone', 'hs_calculated_phone_number']) {
      expect(recordedValue('contact', property, '+1 (800) 555-0100')).toEqual({ value: phone, identifier: ['phone_sha256', phone] });
    }
  });

  it('is left out where such a property holds none, or a placeholder', () => {
    for (const value of ['n/a', 'call 030 123', 'test@test.com']) expect(recordedValue('contact', 'email', value)).toEqual({ value: null });
    expect(recordedValue('contact', 'phone', '030 1234567')).toEqual({ value: null });
  });

  it('is hashed but identifies nobody in any other property', () => {
    expect(recordedValue('contact', 'billing_email', 'Jane@Example.com')).toEqual({ value: sha256('jane@example.com') });
    expect(recordedValue('deal', 'email', 'jane@example.com')).toEqual({ value: sha256('jane@example.com') });
    expect(recordedValue('contact', 'lifecyclestage', '+49 30 1234567')).toEqual({ value: sha256('+49301234567') });
  });

  it('is left out where a kept property seems to hold contact data among other text', () => {
    for (const value of ['ask jane@example.com', 'Retail, 030 1234-5678', 'x'.repeat(257)]) {
      expect(recordedValue('contact', 'industry', value)).toEqual({ value: null });
    }
  });

  it('is the empty text where the property was cleared, whichever it is', () => {
    for (const property of ['email', 'lifecyclestage', 'firstname']) expect(recordedValue('contact', property, ' ')).toEqual({ value: '' });
  });

  it('is kept for properties that the account adds', () => {
    expect(recordedValue('contact', 'loyalty_tier', 'gold', new Set(['loyalty_tier']))).toEqual({ value: 'gold' });
    expect(recordedValue('contact', 'loyalty_tier', 'gold')).toEqual({ value: null });
  });

  it('never has an @ in it and never throws', () => {
    const property = fc.oneof(fc.constantFrom('email', 'phone', 'lifecyclestage', 'amount', 'firstname'), fc.string());
    fc.assert(fc.property(fc.constantFrom('contact' as const, 'deal' as const), property, fc.string({ unit: 'binary' }), (object, name, raw) => {
      expect(recordedValue(object, name, raw, new Set([name])).value ?? '').not.toContain('@');
    }));
  });
});
