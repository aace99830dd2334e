// Money as text to integer millionths, exactly: no floating point in between.

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{0,30}))?(?:e([+-]?\d{1,2}))?$/i;
const MICROS_DIGITS = 6;

/**
 * The millionths of a decimal amount such as `1500.00` or `1.5E4` (HubSpot writes calculated amounts so): a full stop
 * before the fraction, no thousands. A seventh digit rounds half away from zero. `invalid` for what is no such
 * number, `range` where the millionths are beyond 2^53, the largest that a record holds.
 */
export function amountMicros(text: string): number | 'invalid' | 'range' {
  const match = DECIMAL.exec(text.trim());
  if (!match) return 'invalid';
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const places = MICROS_DIGITS + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const divisor = 10n ** BigInt(Math.max(-places, 0));
  const micros = Number((digits * 10n ** BigInt(Math.max(places, 0)) + divisor / 2n) / divisor);
  if (!Number.isSafeInteger(micros)) return 'range';
  return sign === '-' && micros !== 0 ? -micros : micros;
}
