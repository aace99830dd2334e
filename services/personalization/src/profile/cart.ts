// The open cart of a profile: what was added and neither removed nor ordered since.
import type { CustomerActivities } from '@tideway/contracts';
import type { Profile } from './profile.js';

/** Adds the activity's items. An activity older than the cart's last order does not open it again: see `clearCart`. */
export function addItems(profile: Profile, { items, occurred_at }: CustomerActivities): Profile {
  if (isOutdated(profile, occurred_at)) return profile;
  const cart = new Map(profile.open_cart_items.map((item) => [item.product_id, item]));
  for (const item of items) {
    const known = cart.get(item.product_id);
    cart.set(item.product_id, known ? { ...item, quantity: known.quantity + item.quantity } : item);
  }
  return changed(profile, [...cart.values()], occurred_at);
}

/** Takes the activity's items out, by quantity. */
export function removeItems(profile: Profile, { items, occurred_at }: CustomerActivities): Profile {
  if (isOutdated(profile, occurred_at)) return profile;
  const removed = new Map(items.map((item) => [item.product_id, item.quantity]));
  const left = profile.open_cart_items
    .map((item) => ({ ...item, quantity: item.quantity - (removed.get(item.product_id) ?? 0) }))
    .filter((item) => item.quantity > 0);
  return changed(profile, left, occurred_at);
}

/** An order empties the cart, unless the cart changed after it. */
export function clearCart(profile: Profile, { occurred_at }: CustomerActivities): Profile {
  if ((profile.open_cart_updated_at ?? 0) > occurred_at) return profile;
  return changed(profile, [], occurred_at);
}

function isOutdated(profile: Profile, at: number): boolean {
  return profile.last_order_at !== null && at <= profile.last_order_at;
}

function changed(profile: Profile, items: Profile['open_cart_items'], at: number): Profile {
  return { ...profile, open_cart_items: items, open_cart_updated_at: Math.max(at, profile.open_cart_updated_at ?? 0) };
}
