// The traits of a person that are kept: an allow-list, whatever a format calls them.
import { isPersonalText } from './personal-data.js';
import { asObject, isExact, own, type Fields } from './payload.js';

/** The traits that are kept. Nothing that names, locates closely or dates a person belongs here. */
export const TRAITS = ['plan', 'company', 'industry', 'title', 'employees', 'country', 'city', 'language', 'createdAt', 'created_at'];

/** The traits of the list that the fields have, as texts. */
export function keptTraits(traits: Fields): Record<string, string> {
  const address = asObject(own(traits.object, 'address'));
  return Object.fromEntries(TRAITS.flatMap((key) => {
    // Segment's reserved traits: country and city stand in `address`, and company may be an object.
    const value = own(traits.object, key) ?? (key === 'country' || key === 'city' ? own(address, key) : undefined);
    const text = traitText(key === 'company' && asObject(value) ? (own(asObject(value), 'name') ?? own(asObject(value), 'id')) : value, traits, key);
    return text === undefined ? [] : [[key, text]];
  }));
}

/** Objects and lists have no place in the map of traits; personal text does not either. */
function traitText(value: unknown, traits: Fields, key: string): string | undefined {
  if (typeof value === 'number' && !isExact(value)) traits.problems.add('range', traits.at(key), 'is beyond 2^53 and was rounded on its way: send it as a string');
  if (typeof value === 'string') return value === '' || isPersonalText(value) ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
