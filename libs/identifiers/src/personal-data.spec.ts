import { describe, expect, it } from '@jest/globals';
import { addressesReplaced, isAddress, isPersonalKey, isPersonalText, scrubbed, scrubbedUrl } from './personal-data.js';

describe('a personal key', () => {
  it.each(['email', 'E-Mail', 'userEmail', 'email_address', 'phone', 'phoneNumber', 'Mobile', 'name', 'First Name', 'last_name', 'customer_first_name', 'username', 'password', 'reset_token', 'shippingAddress', 'dob', 'ip'])('is recognised: %s', (key) => {
    expect(isPersonalKey(key)).toBe(true);
  });

  it.each(['plan', 'product_name', 'campaignName', 'headphones', 'iphone_model', 'pinned', 'filename', 'tokens_used', 'nameplate', 'automobile', 'zip'])('is not seen in %s', (key) => {
    expect(isPersonalKey(key)).toBe(false);
  });
});

describe('personal text', () => {
  it.each(['jane@example.com', 'Jane <jane.doe+shop@mail.example.co.uk>', 'jane%40example.com', 'jane%2Btag%40m%C3%BCller.example', 'jürgen@müller.example', '+49 151 12345678', ' +1 (800) 555-0100 '])('is recognised: %s', (text) => {
    expect(isPersonalText(text)).toBe(true);
  });

  it.each(['logo@2x.png', '@handle', 'a @ b', '19.99', '507f191e810c19729de860ea', '+5', '2026-11-20', '1-800'])('is not seen in %s', (text) => {
    expect(isPersonalText(text)).toBe(false);
  });

  it('is masked in place, and an address alone is told from one in a sentence', () => {
    expect(addressesReplaced('/u/jane@example.com/orders', () => '[email]')).toBe('/u/[email]/orders');
    expect(isAddress(' jane@example.com ')).toBe(true);
    expect(isAddress('to jane@example.com')).toBe(false);
  });

  it('is looked for in time that grows with the text, not with its square', () => {
    const started = performance.now();
    addressesReplaced(`${'a.'.repeat(20_000)}@${'b.'.repeat(20_000)}@`, () => '');
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('scrubbed', () => {
  it('drops personal keys and values at any depth and keeps the rest', () => {
    const value = { plan: 'pro', email: 'a@b.example', opted: { email: true, phone: 491511234567 }, list: ['x', 'jane@example.com', { note: 'call +49 151 12345678', name: 'Jane' }], none: null, 'jane@example.com': true };
    expect(scrubbed(value)).toEqual({ plan: 'pro', opted: { email: true }, list: ['x', { note: 'call +49 151 12345678' }], none: null });
  });

  it('keeps a key __proto__ as what it was', () => {
    const kept = scrubbed(JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')) as object;
    expect(JSON.stringify(kept)).toBe('{"__proto__":{"a":1},"constructor":2}');
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });
});

describe('scrubbedUrl', () => {
  it.each([
    ['https://shop.example/a?x=1&y=%20z#top', 'https://shop.example/a?x=1&y=%20z#top'],
    ['https://shop.example/a?email=jane%40example.com&x=1', 'https://shop.example/a?x=1'],
    ['https://shop.example/a?u=jane+shop@example.com', 'https://shop.example/a'],
    ['https://shop.example/a?first_name=Jane&phone=1&token=abc', 'https://shop.example/a'],
    ['https://shop.example/a?q=%2B49%20151%2012345678&p=+4915112345678&r=2', 'https://shop.example/a?r=2'],
    ['https://jane:secret@shop.example/a', 'https://shop.example/a'],
    ['https://shop.example/u/jane@example.com/x', 'https://shop.example/u/[email]/x'],
    ['https://shop.example/#access_token=abc&state=1', 'https://shop.example/#state=1'],
    ['https://shop.example/#jane@example.com', 'https://shop.example/#[email]'],
    ['/relative?x=%', '/relative?x=%'],
    ['', ''],
    ['?', '?'],
  ])('turns %s into %s', (url, expected) => {
    expect(scrubbedUrl(url)).toBe(expected);
  });
});
