// Windows of the calendar: today, last_week, this_month and so on, in the days of a time zone.
//
// An activity belongs to the bucket of its day, which begins when the day does. `this_...` holds the days of the current
// period up to today, `last_...` those of the period before; weeks begin on Mondays. So each bucket is in the window once,
// from one beginning of a day to another.
import { sqlText } from '../sql/literal.js';
import { DAY_MS, timeZoneOf, type TimeZone } from './time-zone.js';
import { parseWindow, type Window } from './windows.js';

/** Periods one after another. Days are numbers since 1970-01-01. */
interface Cycle {
  /** Of the longest one. */
  days: number;
  /** First day of the period that `day` is in, or of the one that is `count` further on. */
  begin(day: number, count: number): number;
  /** The same of an expression of type Date32. */
  beginSql(day: string, count: number): string;
}

const DAYS: Cycle = {
  days: 1,
  begin: (day, count) => day + count,
  beginSql: (day, count) => `addDays(${day}, ${count})`,
};

const WEEKS: Cycle = {
  days: 7,
  // 1970-01-01 was a Thursday: the Monday before it is day -3.
  begin: (day, count) => Math.floor((day + 3) / 7) * 7 - 3 + 7 * count,
  beginSql: (day, count) => `addDays(${day}, ${1 + 7 * count} - toDayOfWeek(${day}))`,
};

/** Periods of so many months, the first of them in January. */
function months(length: number): Cycle {
  return {
    days: length * 31,
    begin(day, count) {
      const date = new Date(day * DAY_MS);
      const month = date.getUTCMonth();
      return Date.UTC(date.getUTCFullYear(), month - (month % length) + count * length, 1) / DAY_MS;
    },
    beginSql: (day, count) => `addMonths(addDays(${day}, 1 - toDayOfMonth(${day})), ${count * length} - (toMonth(${day}) - 1) % ${length})`,
  };
}

const [MONTHS, QUARTERS, YEARS] = [months(1), months(3), months(12)];

/** By the name that definitions use: periods, and how many before the current one. */
const PERIODS: Readonly<Record<string, { cycle: Cycle; ago: 0 | 1 }>> = {
  today: { cycle: DAYS, ago: 0 },
  yesterday: { cycle: DAYS, ago: 1 },
  this_week: { cycle: WEEKS, ago: 0 },
  last_week: { cycle: WEEKS, ago: 1 },
  this_month: { cycle: MONTHS, ago: 0 },
  last_month: { cycle: MONTHS, ago: 1 },
  this_quarter: { cycle: QUARTERS, ago: 0 },
  last_quarter: { cycle: QUARTERS, ago: 1 },
  this_year: { cycle: YEARS, ago: 0 },
  last_year: { cycle: YEARS, ago: 1 },
};

export const PERIOD_NAMES = Object.keys(PERIODS);

/**
 * Reads the window of a definition: a length, `all` or a period of the calendar, in the days of `timeZone` (default UTC).
 * What is wrong comes with the key that it stands at.
 */
export function readWindow(text: string, timeZone: string | undefined): Window | { key: string; problem: string } {
  const period = Object.hasOwn(PERIODS, text) ? PERIODS[text] : undefined;
  if (period) {
    const zone = timeZoneOf(timeZone ?? 'UTC');
    return zone ? calendarWindow(text, period, zone) : { key: 'time_zone', problem: `there is no time zone "${timeZone}": write a name such as Europe/Berlin or UTC, in these capitals` };
  }
  if (timeZone !== undefined) {
    return { key: 'time_zone', problem: `only periods of the calendar have a time zone, and window "${text}" is the same in all: remove it, or write a window such as ${PERIOD_NAMES.slice(0, 5).join(', ')}` };
  }
  const window = parseWindow(text);
  return 'problem' in window ? { key: 'window', ...window } : window;
}

/** When a bucket is in the window: from `enters` until before `leaves`, in ms. */
interface Stay {
  enters: number;
  leaves: number;
}

function calendarWindow(text: string, { cycle, ago }: { cycle: Cycle; ago: 0 | 1 }, zone: TimeZone): Window {
  // Asked for with every bucket of every evaluation, and there are few days.
  const stays = new Map<number, Stay>();
  const stayOf = (bucket: number): Stay => {
    let stay = stays.get(bucket);
    if (!stay) {
      const begin = (count: number) => zone.startOf(cycle.begin(zone.dayOf(bucket), count));
      stays.set(bucket, stay = ago === 0 ? { enters: bucket, leaves: begin(1) } : { enters: begin(1), leaves: begin(2) });
    }
    return stay;
  };
  return {
    text: `${text} ${zone.name}`,
    bucketOf: (at) => zone.startOf(zone.dayOf(at)),
    holds(bucket, now) {
      const { enters, leaves } = stayOf(bucket);
      return enters <= now && now < leaves;
    },
    changes(bucket, now, into) {
      const { enters, leaves } = stayOf(bucket);
      if (enters > now) into.push(enters);
      if (leaves > now) into.push(leaves);
    },
    // With a day more, as days may have 25 hours.
    reachMs: ((ago + 1) * cycle.days + 1) * DAY_MS,
    buckets: (ago + 1) * cycle.days,
    isOver: (bucket, now) => now >= stayOf(bucket).leaves,
    onlyLoses: ago === 0,
    isForGood: () => false,
    sql(at) {
      const name = sqlText(zone.name);
      // Date32, as Date has nothing before 1970, where it was 1969 still in the west.
      const today = `toDate32(fromUnixTimestamp64Milli({now:Int64}, ${name}))`;
      const startOf = (day: string) => `toUnixTimestamp64Milli(toDateTime64(${day}, 3, ${name}))`;
      const end = ago === 0 ? DAYS.beginSql(today, 1) : cycle.beginSql(today, 0);
      return `${at} >= ${startOf(cycle.beginSql(today, -ago))} AND ${at} < ${startOf(end)}`;
    },
  };
}
