import { describe, expect, it } from '@jest/globals';
import { loadProducts, productOf } from '@tideway/contracts';
import { tombstoneRow } from './tombstone-row.js';

const products = loadProducts();
const place = { partition: 2, offset: 7, timestamp: 1_795_236_000_000 };

describe('tombstoneRow', () => {
  it('deletes a row of an entity by its key and the place of the deletion', () => {
    expect(tombstoneRow(productOf(products, 'customer.identities'), { ...place, key: 'user_id:u-1' })).toEqual({ _partition: 2, _offset: 7, _deleted: 1, identifier: 'user_id:u-1' });
  });

  it('deletes a row of a report by its day, as an extraction at the time of the deletion', () => {
    expect(tombstoneRow(productOf(products, 'paid-media.campaign-performance'), { ...place, key: 'google|123|20777|111|||mobile' })).toEqual({
      _partition: 2, _offset: 7, _deleted: 1, platform: 'google', account_id: '123', date: '2026-11-20', campaign_id: '111', ad_group_id: '', ad_id: '', device: 'mobile', extracted_at: 1_795_236_000_000,
    });
  });
});
