// Random histories for property tests: late, future and simultaneous activities at the edges of buckets, consents, bots.
import fc from 'fast-check';
import type { Activity } from '../definitions/fields.js';
import { BASE, KEYS, SCOPES, TEXTS, TYPES } from './random-definitions.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** Times around BASE: many of them equal, many at an edge of a bucket or a millisecond off it. */
export const timeArbitrary: fc.Arbitrary<number> = fc.tuple(
  fc.oneof(
    fc.integer({ min: -10, max: 3 }).map((minutes) => minutes * MINUTE),
    fc.constantFrom(-90, -60, -30, 60).map((minutes) => minutes * MINUTE),
    fc.constantFrom(-400, -396, -365, -360, -91, -90, -30, -8, -7, -6, -3, -1, 1, 2).map((days) => days * DAY),
  ),
  fc.constantFrom(-1, 0, 0, 1),
).map(([offset, edge]) => BASE + offset + edge);

/** Ids in random order, as a tie between equal origins is decided by them. */
const hex = (length: number) => (value: number): string => value.toString(16).padStart(length, '0');
const text = fc.constantFrom(...TEXTS);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const properties = fc.array(fc.tuple(fc.constantFrom(...KEYS), text), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
const touch = fc.record({ channel: fc.constantFrom('email', 'a', "it's"), source: orNull(text), campaign: orNull(text) })
  .map((given) => ({ medium: null, content: null, term: null, click_id_type: null, click_id: null, ...given }));
const item = fc.record({ product_id: fc.constantFrom('p-1', 'p-2', "p'3"), category: orNull(fc.constantFrom('', 'Boats', 'Bags')) })
  .map((given) => ({ name: null, brand: null, price_micros: 1_000_000, quantity: 1, ...given }));

const consent = fc.tuple(fc.constantFrom(...SCOPES), fc.constantFrom('consent_granted', 'consent_granted', 'consent_granted', 'consent_denied', 'consent_withdrawn'))
  .map(([scope, type]) => ({ type, product: 'web.consents', properties: { ...scope } as Record<string, string> }));
const ordinary = fc.tuple(fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[])), properties)
  .map(([type, given]) => ({ type, product: TYPES[type] as string, properties: given }));

/** An activity; its profile_id tells with which of three profiles, later merged, it was recorded: see profileId. */
const activity: fc.Arbitrary<Activity> = fc.record({
  activity_id: fc.nat({ max: 0xffff_ffff }).map(hex(8)),
  kind: fc.oneof({ weight: 1, arbitrary: consent }, { weight: 4, arbitrary: ordinary }),
  alias: fc.constantFrom(0, 0, 1, 2),
  occurred_at: timeArbitrary,
  session_id: orNull(text),
  campaign_id: orNull(text),
  order_id: orNull(text),
  value_micros: orNull(fc.constantFrom(-5_000_000, -1, 0, 1, 4_000_000, 9_007_199_254_740_991, -9_007_199_254_740_991)),
  currency: orNull(fc.constantFrom('EUR', 'EUR', 'SEK')),
  is_bot: fc.constantFrom(false, false, false, true),
  is_machine: fc.constantFrom(false, false, false, false, true),
  items: fc.array(item, { maxLength: 3 }),
  touch: orNull(touch),
  // Lengths differ, so that the order of offsets is not that of their texts; some are equal.
  origin: fc.tuple(fc.constantFrom('web.orders.v1', 'crm.deal-changes.v1'), fc.constant(0), fc.constantFrom(9, 10)).map((parts) => parts.join(':')),
}).map(({ kind, alias, ...fields }) => ({
  ...fields, ...kind,
  profile_id: String(alias), identifier: `user_id:${alias}`, received_at: fields.occurred_at, message_id: null,
}));

/** The history of one person, in order of arrival, with consent to everything in most cases. */
export const historyArbitrary: fc.Arbitrary<Activity[]> = fc.tuple(fc.array(activity, { maxLength: 14 }), fc.constantFrom(true, true, true, false)).map(([activities, consents]) => {
  const granted = SCOPES.map((scope, index): Activity => ({
    ...UNTOUCHED, type: 'consent_granted', product: 'web.consents', properties: { ...scope }, occurred_at: BASE - 450 * DAY, received_at: BASE - 450 * DAY, origin: `crm.consents.v1:0:${index}`,
  }));
  return [...activities, ...(consents ? granted : [])].map((one, index) => ({ ...one, activity_id: `${one.activity_id}-0000-5000-8000-${hex(12)(index)}` }));
});

const UNTOUCHED = {
  activity_id: '00000000', profile_id: '0', identifier: 'user_id:0', session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null,
  items: [], value_micros: null, currency: null, is_bot: false, is_machine: false,
};
