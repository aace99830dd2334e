// Keeps e-mail addresses, phone numbers, names and secrets out of records: they enter as hashed identifiers or not at all.

// In URLs `%40` is the @, and other characters may be escaped too; `logo@2x.png` is no address. Bounded repetition keeps
// the expression linear on hostile input.
const ADDRESS = /(?:[\p{L}\p{N}._+'~!$*-]|%[0-9a-f]{2}){1,64}(?:@|%40)(?!\dx\.)(?:[\p{L}\p{N}-]|%[0-9a-f]{2}){1,63}(?:\.(?:[\p{L}\p{N}-]|%[0-9a-f]{2}){1,63}){1,8}/giu;
const PHONE = /^\s*\+\d[\d\s().\/-]{5,20}\d\s*$/;

// Keys are compared in lower case, letters and digits only: `First Name`, `first_name` and `firstName` are one.
const PERSONAL_KEYS = new Set([
  'name', 'fname', 'lname', 'mail', 'mobile', 'tel', 'fax', 'pwd', 'pass', 'pin', 'cvv', 'cvc', 'ssn', 'dob', 'birth', 'street', 'address1', 'address2', 'addressline1', 'addressline2', 'ip',
  ...['user', 'display', 'nick', 'maiden', 'customer', 'contact', 'recipient', 'sender', 'billing', 'shipping'].map((word) => `${word}name`),
]);
const PERSONAL_WORDS = ['email', 'phone', 'msisdn', 'password', 'passwd', 'birthday', 'birthdate', 'dateofbirth', 'socialsecurity', 'passport', 'cardnumber'];
const PERSONAL_ENDS = ['firstname', 'lastname', 'fullname', 'middlename', 'givenname', 'familyname', 'surname', 'forename', 'address', 'secret', 'token', 'iban'];
const THINGS = /(?:head|ear|micro|mega|smart)phone|iphone/g;

/** True where a key names something personal or secret: `userEmail`, `phone_number`, `First Name`, `reset_token`. */
export function isPersonalKey(key: string): boolean {
  const plain = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (PERSONAL_KEYS.has(plain) || PERSONAL_ENDS.some((end) => plain.endsWith(end))) return true;
  const person = plain.replace(THINGS, '');
  return PERSONAL_WORDS.some((word) => person.includes(word));
}

/** True for text that has an e-mail address in it, or is a phone number in international form. */
export function isPersonalText(text: string): boolean {
  return PHONE.test(text) || addressesReplaced(text, () => '') !== text;
}

/** Each e-mail address in the text (also as `jane%40example.com`) replaced by what `mask` gives for it. */
export function addressesReplaced(text: string, mask: (address: string) => string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text.replace(ADDRESS, mask);
}

/** True for text that is one e-mail address and nothing else. */
export function isAddress(text: string): boolean {
  return text.includes('@') && addressesReplaced(text.trim(), () => '') === '';
}

/**
 * A JSON value without personal keys and values, at any depth; undefined where nothing is left of it. Booleans pass
 * under any key: `email_opted_in: true` is no address.
 */
export function scrubbed(value: unknown): unknown {
  if (typeof value === 'string') return isPersonalText(value) ? undefined : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(scrubbed).filter((entry) => entry !== undefined);
  // fromEntries defines properties: an assignment to a key `__proto__` would vanish.
  return Object.fromEntries(Object.entries(value)
    .map(([key, entry]) => [key, scrubbedUnder(key, entry)] as const)
    .filter(([, entry]) => entry !== undefined));
}

/** The value of a property, scrubbed; undefined where its key or itself is personal. */
export function scrubbedUnder(key: string, value: unknown): unknown {
  if (isPersonalText(key)) return undefined;
  if (typeof value === 'boolean' || value === null) return value;
  return isPersonalKey(key) ? undefined : scrubbed(value);
}

/**
 * A URL without credentials, without query and fragment parameters that are personal by key or value, and with
 * e-mail addresses in its path masked. Anything else stays byte for byte.
 */
export function scrubbedUrl(url: string): string {
  const [, base = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url)!;
  const path = addressesReplaced(base.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1'), () => '[email]');
  const parts = [path];
  if (query !== undefined) parts.push(withMark('?', scrubbedParameters(query), query));
  if (fragment !== undefined) parts.push(withMark('#', fragment.includes('=') ? scrubbedParameters(fragment) : addressesReplaced(fragment, () => '[email]'), fragment));
  return parts.join('');
}

function withMark(mark: string, kept: string, before: string): string {
  return kept === '' && before !== '' ? '' : mark + kept;
}

function scrubbedParameters(text: string): string {
  return text.split('&').filter((pair) => {
    const [key = '', ...value] = pair.split('=');
    return !isPersonalKey(decoded(key)) && !isPersonalText(decoded(value.join('='))) && !isPersonalText(value.join('='));
  }).join('&');
}

/** Percent-decoded text, or the text itself where it does not decode. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    // A plus sign before digits only is the + of a phone number that nobody encoded.
    return /^\+\d+$/.test(text) ? text : decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
