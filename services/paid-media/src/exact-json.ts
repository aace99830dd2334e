// JSON whose large ids stay what they are: Meta's and TikTok's have up to 19 digits, and a number holds 15.

/** `context.source` of JSON.parse() is in Node 21 and later, and not yet in TypeScript's types. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const LARGE = /\d{16}/;

/** The value of JSON, with whole numbers beyond 2^53 as the text of their digits. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  if (!LARGE.test(text)) return JSON.parse(text) as unknown;
  const exact: Reviver = (_key, value, { source }) => (
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^\d+$/.test(source) ? source : value);
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as unknown;
}
