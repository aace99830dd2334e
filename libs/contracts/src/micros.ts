// Money in records, `*_micros` beside a currency: decimal amounts to integer millionths, exactly, with no floating point
// in between. 19.99 is 19990000.

const DECIMAL = /^([+-]?)(\d{0,30})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,3}))?$/;
const SCALE = 6;
/** So many digits, with SCALE more behind them, stay below 2^53. */
const SAFE_DIGITS = 9;

/**
 * The millionths of an amount given as a number or as a decimal text: `.` before the fraction, no thousands, an exponent
 * if need be (`1.5E4`, as HubSpot writes calculated amounts). A seventh digit rounds half away from zero. Gives 'type'
 * for what is no amount, and 'range' where the millionths do not fit 2^53. Numbers are taken by their shortest decimal
 * form, which is what a sender wrote.
 */
export function micros(value: unknown): number | 'type' | 'range' {
  if (typeof value !== 'number' && typeof value !== 'string') return 'type';
  const match = DECIMAL.exec(String(value).trim());
  if (!match) return 'type';
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '') return 'type';
  // What fits exactly into a number needs no larger ones: up to nine digits, and up to six behind the point.
  const small = exponent === '0' && digits.length <= SAFE_DIGITS && fraction.length <= SCALE;
  const scaled = small ? Number(digits) * 10 ** (SCALE - fraction.length) : shifted(BigInt(digits), SCALE + Number(exponent) - fraction.length);
  const result = Number(scaled);
  if (!Number.isSafeInteger(result)) return 'range';
  return sign === '-' ? 0 - result : result;
}

/** value * 10^places, rounded half up where places is negative. */
function shifted(value: bigint, places: number): bigint {
  if (places >= 0) return value * 10n ** BigInt(places);
  const divisor = 10n ** BigInt(-places);
  return (value + divisor / 2n) / divisor;
}

/** The sum of amounts in millionths, or undefined where it does not fit 2^53. */
export function sumMicros(amounts: (number | bigint)[]): number | undefined {
  const sum = amounts.reduce<bigint>((total, amount) => total + BigInt(amount), 0n);
  const result = Number(sum);
  return Number.isSafeInteger(result) ? result : undefined;
}
