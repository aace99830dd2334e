// The days of a time zone: when each begins, by the rules that Node knows of (Intl) and as ClickHouse has it.
//
// A day begins when its midnight strikes; at the end of the gap, where clocks jump over midnight; at the second midnight,
// where clocks go back into the day before (https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/DateLUTImpl.cpp).

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;
/** Area/Place, as https://www.iana.org/time-zones has them. Intl forgives capitals in other places, ClickHouse does not. */
const NAME = /^[A-Z][a-z]+(\/[A-Z][A-Za-z_-]+){1,2}$/;

const known = new Map<string, TimeZone>();

/** The zone of an IANA name, `UTC` or `Europe/Berlin`; undefined where there is none. The same object for the same name. */
export function timeZoneOf(name: string): TimeZone | undefined {
  let zone = known.get(name);
  if (!zone && isName(name)) known.set(name, zone = new TimeZone(name));
  return zone;
}

function isName(name: string): boolean {
  if (name !== 'UTC' && (!NAME.test(name) || /[A-Z]{3}/.test(name))) return false;
  try {
    // Intl gives old names for some new ones (Asia/Calcutta for Asia/Kolkata): what it gives is another name, or the same.
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** A day is named by its number since 1970-01-01, as the zone's calendars have it. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  /** Asked for with every activity: Intl takes microseconds, and a search where clocks change a hundred. */
  readonly #starts = new Map<number, number>();

  constructor(readonly name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** The day that a moment (ms) is in. */
  dayOf(at: number): number {
    let day = Math.floor(at / DAY_MS) + 1;
    while (this.startOf(day) > at) day -= 1;
    return day;
  }

  /** When a day begins, in ms. */
  startOf(day: number): number {
    let start = this.#starts.get(day);
    if (start === undefined) this.#starts.set(day, start = this.#findStart(day));
    return start;
  }

  #findStart(day: number): number {
    const midnight = day * DAY_MS;
    // No zone is, or was since 1970, more than 15 hours ahead of UTC or 13 behind it.
    let [low, high] = [midnight - 15 * HOUR_MS, midnight + 13 * HOUR_MS];
    const [before, after] = [this.#offsetAt(low), this.#offsetAt(high)];
    if (before === after) return midnight - after;
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    const changedAt = high;
    return midnight - after > changedAt ? midnight - after : Math.min(midnight - before, changedAt);
  }

  /** How far the zone is ahead of UTC, in ms. */
  #offsetAt(at: number): number {
    const text = this.#format.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value;
    const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(text)!;
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -ms : ms;
  }
}
