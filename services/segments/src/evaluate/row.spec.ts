import { describe, expect, it } from '@jest/globals';
import { rowToActivity } from './row.js';

const ITEM = { product_id: 'p-1', name: null, brand: null, category: 'Boats', quantity: 2 };

describe('a row of ClickHouse', () => {
  it('becomes the activity that was recorded', () => {
    const row = {
      occurred_at: '2026-01-15 12:00:00.250', type: 'order_completed', value_micros: '89900000', items: [{ ...ITEM, price_micros: '44950000' }],
      touch: { channel: 'email', source: 'newsletter' }, is_bot: false, properties: { coupon: 'A' }, origin: 'web.orders.v1:0:7',
    };
    expect(rowToActivity(row)).toMatchObject({
      occurred_at: Date.parse('2026-01-15T12:00:00.250Z'), type: 'order_completed', value_micros: 89_900_000, items: [{ ...ITEM, price_micros: 44_950_000 }],
      touch: { channel: 'email', source: 'newsletter' }, is_bot: false, properties: { coupon: 'A' }, origin: 'web.orders.v1:0:7',
    });
  });

  it('can be a list in the order of columns, with times in ISO 8601 or in milliseconds', () => {
    expect(rowToActivity(['2026-01-15T12:00:00.250Z', 1_768_478_400_250, null], ['occurred_at', 'received_at', 'value_micros'])).toMatchObject({
      occurred_at: 1_768_478_400_250, received_at: 1_768_478_400_250, value_micros: null,
    });
  });

  it('has no touch where its tuple holds defaults', () => {
    expect(rowToActivity({ touch: { channel: '', source: null } }).touch).toBeNull();
  });

  it('leaves what was not read empty', () => {
    expect(rowToActivity({ type: 'page_viewed' })).toMatchObject({ properties: {}, items: [], value_micros: null, touch: null });
  });
});
