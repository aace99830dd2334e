// The normalisation steps that schemas/identifiers.yaml can name: each turns one text into its one form, or refuses it.

/** A refusal says what was expected and never repeats the value, which is personal data. */
export type StepResult = { ok: true; value: string } | { ok: false; message: string };
export type Step = (text: string) => StepResult;

const ok = (value: string): StepResult => ({ ok: true, value });
const refuse = (message: string): StepResult => ({ ok: false, message });

const GMAIL_DOMAINS = new Set(['gmail.com', 'googlemail.com']);
/** RFC 5321, 4.5.3.1.3: a path has 256 octets with its angle brackets. */
const MAX_EMAIL_LENGTH = 254;
/** Characters that only a quoted local part, a display name or a list of addresses would have. */
const NOT_IN_LOCAL_PART = /["(),:;<>@[\\\]]/;
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * The form of an e-mail address that ad platforms hash: lower case, no whitespace anywhere, no invisible characters,
 * and no dots before the @ of gmail.com and googlemail.com, as Google asks
 * (https://developers.google.com/data-manager/api/get-started/formatting). A plus tag stays, and googlemail.com
 * stays googlemail.com: neither Google nor Meta removes them
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters),
 * so that a hash without them would match nowhere. Meta keeps Gmail's dots: for a Gmail address written with dots
 * the hash is Google's and not Meta's, since only one can identify the person and dots never change the mailbox.
 */
function email(text: string): StepResult {
  const address = text.replace(/[\s\p{Cf}]/gu, '').toLowerCase();
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  let local = address.slice(0, at);
  if (at < 1 || NOT_IN_LOCAL_PART.test(local) || !DOMAIN.test(domain)) {
    return refuse('not an e-mail address: name@domain.tld is expected, without a display name or quotes');
  }
  if (address.length > MAX_EMAIL_LENGTH) return refuse(`longer than ${MAX_EMAIL_LENGTH} characters, the limit of an e-mail address`);
  if (GMAIL_DOMAINS.has(domain)) local = local.replaceAll('.', '');
  if (local === '') return refuse('not an e-mail address: nothing but dots stands before the @');
  return ok(`${local}@${domain}`);
}

/** ITU-T E.164: at most 15 digits with the country code; the shortest numbers in use have 7. */
const E164 = /^\+[1-9]\d{6,14}$/;
const ITALIAN_NUMBERING = /^\+(?:39|378|379)/;

/**
 * A phone number as `+` and digits (ITU-T E.164), the form that Google asks to hash. Separators go, and so does the
 * `(0)` that some countries write after the country code; in Italy's plan a zero belongs to the number, so there it
 * is refused. Nothing is guessed: a national number, or one with a dialling prefix (00, 011; in Brazil 00 is
 * followed by a carrier's code), is refused, as are extensions and letters.
 */
function e164(text: string): StepResult {
  const compact = text.replace(/[\s\p{Cf}\p{Pd}./]/gu, '');
  const trunk = /^\+\d{1,3}\(0\)/.test(compact) && !ITALIAN_NUMBERING.test(compact);
  const number = (trunk ? compact.replace('(0)', '') : compact).replace(/\((\d+)\)/g, '$1');
  if (E164.test(number) && !(compact.includes('(0)') && !trunk)) return ok(number);
  return refuse('not an international phone number: + and country code, then 7 to 15 digits in all, are expected, e.g. +49 30 1234567');
}

/** Steps by the name that schemas/identifiers.yaml calls them. */
export const STEPS: ReadonlyMap<string, Step> = new Map([
  ['trim', (text: string) => ok(text.trim())],
  ['lowercase', (text: string) => ok(text.toLowerCase())],
  ['email', email],
  ['e164', e164],
]);
