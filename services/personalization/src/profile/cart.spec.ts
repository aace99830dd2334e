import { describe, expect, it } from '@jest/globals';
import type { CustomerActivities } from '@tideway/contracts';
import { activity, item, order } from '../test/activities.js';
import { applyActivity, emptyProfile, mergeProfiles } from './profile.js';

const cartOf = (...activities: CustomerActivities[]) => activities.reduce(applyActivity, emptyProfile('00000000-0000-4000-8000-000000000001'));
const other = (...activities: CustomerActivities[]) => ({ ...cartOf(...activities), profile_id: '00000000-0000-4000-8000-000000000002' });
const added = (occurred_at: number, ...items: CustomerActivities['items']) => activity('product_added', { occurred_at, items });
const removed = (occurred_at: number, ...items: CustomerActivities['items']) => activity('product_removed', { occurred_at, items });

describe('the open cart', () => {
  it('adds up quantities per product, and takes them out', () => {
    const profile = cartOf(added(10, item('p-1', 2), item('p-2')), added(20, item('p-1')), removed(30, item('p-1', 2), item('p-3')), removed(40, item('p-2')));
    expect(profile).toMatchObject({ open_cart_items: [item('p-1', 1)], open_cart_updated_at: 40 });
  });

  it('takes out all that one activity names, also where it names a product twice', () => {
    expect(cartOf(added(10, item('p-1', 5)), removed(20, item('p-1', 2), item('p-1', 2))).open_cart_items).toEqual([item('p-1', 1)]);
  });

  it('is emptied by an order, and filled again after it', () => {
    const profile = cartOf(added(10, item('p-1')), order(20));
    expect(profile).toMatchObject({ open_cart_items: [], open_cart_updated_at: 20 });
    expect(applyActivity(profile, added(30, item('p-2'))).open_cart_items).toEqual([item('p-2')]);
  });

  it('is not opened again by what happened before the order and comes after it', () => {
    const profile = cartOf(added(10, item('p-1')), order(20), added(15, item('p-1')), removed(16, item('p-1')));
    expect(profile).toMatchObject({ open_cart_items: [], open_cart_updated_at: 20 });
  });

  it('stays as it is where a late order is older than its last change', () => {
    expect(cartOf(added(30, item('p-1')), order(20))).toMatchObject({ open_cart_items: [item('p-1')], open_cart_updated_at: 30 });
  });
});

describe('two carts of one person', () => {
  it('become one with all that is in them, whichever of the two profiles wins', () => {
    const [a, b] = [cartOf(added(10, item('p-1'), item('p-2'))), other(added(20, item('p-2', 3), item('p-3')))];
    const merged = mergeProfiles(a, b);
    expect(merged).toMatchObject({ open_cart_items: [item('p-1'), item('p-2', 4), item('p-3')], open_cart_updated_at: 20 });
    expect(mergeProfiles(b, a).open_cart_items).toEqual(merged.open_cart_items);
  });

  it('become the same one where both changed in the same millisecond', () => {
    const [a, b] = [cartOf(added(10, { ...item('p-1'), price_micros: 1 })), other(added(10, { ...item('p-1'), price_micros: 2 }))];
    expect(mergeProfiles(b, a).open_cart_items).toEqual(mergeProfiles(a, b).open_cart_items);
  });

  it('leave out what was ordered on the other device since', () => {
    const [a, b] = [cartOf(added(10, item('p-1'))), other(order(20), added(30, item('p-2')))];
    expect(mergeProfiles(a, b)).toMatchObject({ open_cart_items: [item('p-2')], open_cart_updated_at: 30 });
    expect(mergeProfiles(a, other(order(20))).open_cart_items).toEqual([]);
    expect(mergeProfiles(other(order(20)), a).open_cart_items).toEqual([]);
  });

  it('keep what was added after the order of the other device', () => {
    expect(mergeProfiles(cartOf(added(30, item('p-1'))), other(order(20))).open_cart_items).toEqual([item('p-1')]);
  });
});
