// The open cart of a profile: what was added and neither removed nor ordered since.
import type { CustomerActivities } from '@tideway/contracts';
import type { Profile } from './profile.js';

type Items = Profile['open_cart_items'];
type Cart = Pick<Profile, 'open_cart_items' | 'open_cart_updated_at'>;

/** Adds the activity's items. An activity older than the cart's last order does not open it again: see `clearCart`. */
export function addItems(profile: Profile, { items, occurred_at }: CustomerActivities): Profile {
  if (isOutdated(profile, occurred_at)) return profile;
  return changed(profile, added(profile.open_cart_items, items), occurred_at);
}

/** Takes the activity's items out, by quantity. */
export function removeItems(profile: Profile, { items, occurred_at }: CustomerActivities): Profile {
  if (isOutdated(profile, occurred_at)) return profile;
  const removed = new Map<string, number>();
  for (const { product_id, quantity } of items) removed.set(product_id, (removed.get(product_id) ?? 0) + quantity);
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

/**
 * The cart of a person who filled two: all that is in them, but for a cart that has not changed since the person's
 * last order (`lastOrderAt`, ms), on whichever side it was made. Which of the two is the winner's does not matter.
 */
export function mergeCarts(a: Profile, b: Profile, lastOrderAt: number | null): Cart {
  const order = updatedAt(a) - updatedAt(b) || (a.profile_id < b.profile_id ? -1 : 1);
  const [older, newer] = order < 0 ? [a, b] : [b, a];
  const open = [older, newer].map((cart) => (updatedAt(cart) > (lastOrderAt ?? -1) ? cart.open_cart_items : []));
  return { open_cart_items: added(open[0]!, open[1]!), open_cart_updated_at: newer.open_cart_updated_at };
}

/** Each product once, as it was added last, with the quantities of all. */
function added(known: Items, more: Items): Items {
  const cart = new Map(known.map((item) => [item.product_id, item]));
  for (const item of more) cart.set(item.product_id, { ...item, quantity: (cart.get(item.product_id)?.quantity ?? 0) + item.quantity });
  return [...cart.values()];
}

const updatedAt = (cart: Cart) => cart.open_cart_updated_at ?? -1;

function isOutdated(profile: Profile, at: number): boolean {
  return profile.last_order_at !== null && at <= profile.last_order_at;
}

function changed(profile: Profile, items: Items, at: number): Profile {
  return { ...profile, open_cart_items: items, open_cart_updated_at: Math.max(at, profile.open_cart_updated_at ?? 0) };
}
