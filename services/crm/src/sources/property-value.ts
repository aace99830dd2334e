// Which values of CRM properties are recorded: codes, numbers and dates as they are, contact data hashed, the rest not at all.
import { normaliseIdentifier } from '@tideway/identifiers';
import { HUBSPOT, type CrmObject, type PropertyNames } from './property-names.js';

const MAX_LENGTH = 256;
const NUMBER_OR_DATE = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$|^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/i;
const PHONE_LIKE = /(?:\d[\s().\/-]{0,3}){7}/;

/** `value` null: the value is not recorded, only that it changed. `identifier`: [type, value] that it gives the person. */
export interface RecordedValue {
  value: string | null;
  identifier?: [string, string];
}

/**
 * What is recorded of a property's new value. Text that is an e-mail address or an international phone number is
 * hashed, whatever the property; only e-mail and phone properties of a contact also identify by it. Other values are
 * kept for the properties that property-names.ts lists and those in `alsoKept` alone, unless they seem to hold contact data. An empty value,
 * which says that the property was cleared, stays the empty string.
 */
export function recordedValue(object: CrmObject, property: string, raw: string, alsoKept?: ReadonlySet<string>, names: PropertyNames = HUBSPOT): RecordedValue {
  const text = raw.trim().toWellFormed();
  if (text === '') return { value: '' };
  const type = object === 'contact' ? names.identifying.get(property) : undefined;
  if (type) {
    const identifier = normaliseIdentifier(type, text);
    return identifier.ok ? { value: identifier.value, identifier: [type, identifier.value] } : { value: null };
  }
  const hashed = hashedContactData(text);
  if (hashed !== undefined) return { value: hashed };
  return { value: isKept(object, property, alsoKept, names) && !mayHoldContactData(text) ? text : null };
}

/** Whether values of this property are recorded at all. */
export function isKept(object: CrmObject, property: string, alsoKept?: ReadonlySet<string>, names: PropertyNames = HUBSPOT): boolean {
  return names.kept[object].has(property) || (object === 'contact' && (names.keptPattern?.test(property) ?? false)) || (alsoKept?.has(property) ?? false);
}

function hashedContactData(text: string): string | undefined {
  // Several words with an @ are a sentence, although an address may be written with a space by mistake.
  const type = /^\S+@\S+$/.test(text) ? 'email_sha256' : text.startsWith('+') ? 'phone_sha256' : undefined;
  const identifier = type && normaliseIdentifier(type, text);
  return identifier?.ok ? identifier.value : undefined;
}

/** Whether a text seems to have an e-mail address or phone number in it, or is too long for a code. */
export function mayHoldContactData(text: string): boolean {
  return text.length > MAX_LENGTH || text.includes('@') || (!NUMBER_OR_DATE.test(text) && PHONE_LIKE.test(text));
}

/** A value of JSON as text: '' for null, undefined for objects and arrays, and for a number that parsing has rounded or taken for infinite, which is not what was sent. */
export function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) return undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
