import { describe, expect, it } from '@jest/globals';
import { rowReader } from './row.js';

describe('a row of ClickHouse', () => {
  it('becomes the activity that was recorded, as far as it is read', () => {
    const { sql, width, read } = rowReader(['occurred_at', 'type', 'touch.source', 'items.category', 'items.product_id', 'properties.plan', 'properties.a\'b', 'value_micros', 'is_bot']);
    expect(sql).toBe("toUnixTimestamp64Milli(occurred_at), `type`, tupleElement(touch, 'source'), tupleElement(items, 'category'), tupleElement(items, 'product_id'), `value_micros`, `is_bot`, tupleElement(touch, 'channel'), mapFilter((name, _) -> name IN ('plan', 'a\\'b'), properties)");
    const cells = ['1768478400250', 'order_completed', 'newsletter', ['Boats', null], ['p-1', 'p-2'], '89900000', false, 'email', { plan: 'gold' }];
    expect(width).toBe(cells.length);
    expect(read([...cells, 'more'])).toMatchObject({
      occurred_at: Date.parse('2026-01-15T12:00:00.250Z'), type: 'order_completed', value_micros: 89_900_000, touch: { channel: 'email', source: 'newsletter' },
      items: [{ product_id: 'p-1', category: 'Boats' }, { product_id: 'p-2', category: null }], is_bot: false, properties: { plan: 'gold' },
    });
  });

  it('has no touch where its tuple holds defaults', () => {
    const { read } = rowReader(['touch.source']);
    expect(read([null, '']).touch).toBeNull();
  });

  it('leaves what was not read empty, and nothing nothing', () => {
    expect(rowReader(['type', 'value_micros']).read(['page_viewed', null])).toMatchObject({ properties: {}, items: [], value_micros: null, touch: null });
  });
});
