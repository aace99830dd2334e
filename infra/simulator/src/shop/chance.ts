// Distributions that the shop draws from.
import type { Random } from '../random.js';
import { DAY_MS, HOUR_MS } from './numbers.js';

/** Standard normal: G. E. P. Box, M. E. Muller, A Note on the Generation of Random Normal Deviates, 1958. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}

/** Lognormal of this median; `spread` is the standard deviation of its logarithm. */
export const lognormal = (random: Random, median: number, spread: number): number => median * Math.exp(spread * normal(random));

/** Time until the next event of a Poisson process of `rate` events per unit. */
export const exponential = (random: Random, rate: number): number => -Math.log(1 - random.fraction()) / rate;

/** True for this share of the asked, spread evenly over them: what is rare keeps its share in a small shop too. */
export function evenly(random: Random, share: number): () => boolean {
  let sum = random.fraction();
  return () => {
    sum += share;
    if (sum < 1) return false;
    sum -= 1;
    return true;
  };
}

/** Share of a day's visits by hour, in the shop's time zone: a low at night, a rise over the day, a high in the evening. */
const BY_HOUR = [10, 6, 4, 3, 3, 5, 12, 24, 38, 48, 54, 56, 60, 58, 54, 54, 56, 60, 66, 76, 88, 90, 62, 28];
/** Share of a week's visits by day, Sunday first. */
const BY_WEEKDAY = [1.12, 1.04, 1.0, 0.98, 0.97, 0.9, 0.99];
const AVERAGE_HOUR = BY_HOUR.reduce((sum, weight) => sum + weight, 0) / 24;
/** The shop is in Central Europe; without daylight saving time, so that days have 24 hours. */
const ZONE_MS = HOUR_MS;

export const localHour = (at: number): number => Math.floor(((at + ZONE_MS) % DAY_MS) / HOUR_MS);
/** 0 is Sunday. */
export const localWeekday = (at: number): number => (Math.floor((at + ZONE_MS) / DAY_MS) + 4) % 7;
/** Begin of the day of `at`, milliseconds since the epoch. */
export const localDay = (at: number): number => Math.floor((at + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
/** `YYYY-MM-DD` in the shop's time zone. */
export const localDate = (at: number): string => new Date(at + ZONE_MS).toISOString().slice(0, 10);

/** How busy the shop is, against the average of a week, 1. */
export const activity = (at: number): number => (BY_HOUR[localHour(at)]! / AVERAGE_HOUR) * BY_WEEKDAY[localWeekday(at)]!;
const BUSIEST = (Math.max(...BY_HOUR) / AVERAGE_HOUR) * Math.max(...BY_WEEKDAY);

/** The next arrival after `at` of a Poisson process with `perDay` arrivals on average, by thinning: Lewis and Shedler, 1979. */
export function nextArrival(random: Random, at: number, perDay: number): number {
  for (;;) {
    at += exponential(random, (perDay * BUSIEST) / DAY_MS);
    if (random.chance(activity(at) / BUSIEST)) return at;
  }
}

/** A time near `at` at which people are awake: what falls into the night waits for the morning. */
export function awake(random: Random, at: number): number {
  const hour = localHour(at);
  return hour >= 7 ? at : localDay(at) + 7 * HOUR_MS + random.fraction() * 5 * HOUR_MS;
}
