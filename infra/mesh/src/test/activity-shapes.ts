// What the simulator says the mesh makes of its shop, against what it did make: other tests run months of a shop by the former.
import { shopActivities, type ShopActivity, type ShopOptions } from '@tideway/simulator';
import { ask } from './analyst-questions.js';

const PRESENT = ['session_id', 'campaign_id', 'message_id', 'order_id'] as const;
const TOUCH = ['channel', 'source', 'medium', 'click_id_type'] as const;

/** What an activity has, as a list of facts; `page_viewed product=web.page-views`. */
function factsOf(activity: ShopActivity): string[] {
  const { product, touch, items, value_micros: value, currency, is_machine, properties } = activity;
  return [
    `product=${product}`,
    ...PRESENT.filter((field) => activity[field] !== null),
    ...TOUCH.flatMap((part) => (touch?.[part] ? [`touch.${part}=${touch[part]}`] : [])),
    ...items.map(({ category }) => `category=${category}`),
    ...(value === null ? [] : [value < 0 ? 'paid back' : 'paid']),
    ...(currency === null ? [] : [currency]),
    ...(is_machine ? ['machine'] : []),
    ...Object.keys(properties).map((key) => `properties.${key}`),
  ].map((fact) => `${activity.type} ${fact}`);
}

/** The same of what the mesh has made. */
const FACTS_SQL = `SELECT DISTINCT concat(type, ' ', arrayJoin(arrayConcat(
    [concat('product=', product)],
    ${PRESENT.map((field) => `if(isNull(${field}), [], ['${field}'])`).join(', ')},
    ${TOUCH.map((part) => `if(ifNull(touch.${part}, '') = '', [], [concat('touch.${part}=', ifNull(touch.${part}, ''))])`).join(', ')},
    arrayMap(item -> concat('category=', ifNull(item.category, '')), items),
    if(isNull(value_micros), [], [if(value_micros < 0, 'paid back', 'paid')]),
    if(isNull(currency), [], [assumeNotNull(currency)]),
    if(is_machine, ['machine'], []),
    arrayMap(key -> concat('properties.', key), mapKeys(properties))))) AS fact FROM customer.activities`;

/** A fact that so many activities have will be seen in any shop of this size; so will one that all of a type have. */
const USUAL = 10;

/**
 * Facts of a shop's activities that those of the mesh do not have, of types that it has: none, where the simulator is right.
 * `printed`: what `npm start` printed.
 */
export async function inventedFacts(printed: string, shop: ShopOptions & { until: number }): Promise<string[]> {
  const rows = await ask(printed, FACTS_SQL);
  if (typeof rows === 'string') return [rows];
  const made = new Set(rows.map(({ fact }) => fact as string));
  const types = new Set([...made].map(typeOf));
  const told = [...shopActivities(shop).values()].flat();
  const counts = new Map<string, number>();
  for (const activity of told) for (const fact of new Set([activity.type, ...factsOf(activity)])) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  return [...counts].filter(([fact, count]) => fact.includes(' ') && types.has(typeOf(fact)) && (count >= USUAL || count === counts.get(typeOf(fact))) && !made.has(fact)).map(([fact]) => fact).sort();
}

const typeOf = (fact: string): string => fact.split(' ', 1)[0]!;
