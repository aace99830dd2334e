// Who the profiles are that the segments service is started with: a few people, each of whom stands many times.
import type { CustomerActivities } from '@tideway/contracts';
import { randomUUID } from 'node:crypto';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long a cart is left alone until its owner has forgotten it, in schemas/segments/forgotten-carts.yaml. */
export const FORGOTTEN_AFTER_MS = HOUR;

/** Something that happened `ago` (ms), of a type of schemas/products/customer/activities. */
interface Deed {
  type: string;
  ago: number;
  fields?: Partial<CustomerActivities>;
}

const consented: Deed = { type: 'consent_granted', ago: 30 * DAY, fields: { product: 'web.consents', properties: { purpose: 'marketing', channel: 'any', legal_basis: 'consent' } } };
const viewed = (ago: number): Deed => ({ type: 'product_viewed', ago, fields: { product: 'web.ecommerce-events' } });
const ordered = (ago: number): Deed => ({ type: 'order_completed', ago, fields: { product: 'web.orders', value_micros: 89_900_000, currency: 'EUR' } });

/** Of ten profiles so many: what they did is hours ago, so that time alone changes nobody while it is measured. */
export const PEOPLE: readonly { name: string; share: number; deeds: readonly Deed[] }[] = [
  { name: 'buyer', share: 2, deeds: [consented, viewed(3 * HOUR), viewed(170 * MINUTE), ordered(160 * MINUTE), viewed(25 * DAY), ordered(20 * DAY)] },
  { name: 'reader', share: 4, deeds: [consented, { type: 'email_opened', ago: 3 * HOUR, fields: { product: 'email.engagements' } }, viewed(150 * MINUTE), viewed(140 * MINUTE)] },
  { name: 'visitor', share: 4, deeds: [viewed(170 * MINUTE), viewed(160 * MINUTE), viewed(150 * MINUTE)] },
];

/** Left a cart so long ago that it is forgotten in a quarter of an hour: those with timers are as this one, at other times. */
export const SHOPPER: readonly Deed[] = [consented, { type: 'product_added', ago: FORGOTTEN_AFTER_MS - 15 * MINUTE, fields: { product: 'web.ecommerce-events' } }];

/** Consents and buys at once for a thousand: a member of something by this alone. */
export const NEWCOMER: readonly Deed[] = [{ ...consented, ago: 1_000 }, ...[3, 2, 1].map((ago) => ({ ...ordered(ago), fields: { ...ordered(ago).fields, value_micros: 1_000_000_000 } }))];

/** What somebody did, as records of customer.activities, in order. */
export function activitiesOf(profileId: string, deeds: readonly Deed[], now: number): CustomerActivities[] {
  return [...deeds].sort((a, b) => b.ago - a.ago).map(({ type, ago, fields }) => ({
    activity_id: randomUUID(), profile_id: profileId, identifier: `user_id:${profileId}`, occurred_at: now - ago, received_at: now, product: '', type,
    session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null,
    is_bot: false, is_machine: false, properties: {}, origin: `bench:0:${ago}`, ...fields,
  }));
}

/** The id of the profile with this number, below 2^32: scattered like the uuids that the service sees, and each another one. */
export function profileIdOf(number: number): string {
  const scattered = (Math.imul(number, SCATTER) >>> 0).toString(16).padStart(8, '0');
  return `${scattered}-0000-4000-8000-0000${scattered}`;
}

/** The same in ClickHouse's SQL. */
export const profileIdSql = (number: string): string => {
  const scattered = `leftPad(lower(hex(toUInt32(bitAnd(toUInt64(${number}) * ${SCATTER}, 4294967295)))), 8, '0')`;
  return `toUUID(concat(${scattered}, '-0000-4000-8000-0000', ${scattered}))`;
};

/** Odd, and so a number below 2^32 for each one below 2^32: Knuth's multiplicative hash (The Art of Computer Programming, 6.4). */
const SCATTER = 2_654_435_761;
