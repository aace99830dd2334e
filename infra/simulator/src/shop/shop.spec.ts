// The shop's numbers against the bands that marketers know, and that the same seed gives the same shop.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AdDay } from './ads.js';
import { Figures } from './figures.js';
import type { Happening } from './happening.js';
import { BANDS, DAY_MS, HOUR_MS } from './numbers.js';
import { shop } from './shop.js';

const FROM = Date.UTC(2026, 7, 1);

function* happenings(days: number, sessionsPerDay: number, seed = 1): Generator<Happening> {
  for (const happening of shop({ seed, from: FROM, sessionsPerDay })) {
    if (happening.at >= FROM + days * DAY_MS) return;
    yield happening;
  }
}

describe('the shop over 90 days', () => {
  const [days, sessionsPerDay] = [90, 250];
  const figures = new Figures();
  const landings: Date[] = [];
  const reports: AdDay[][] = [];
  let backwards = 0;
  let last = FROM;
  // Once, and kept nowhere: it is long.
  for (const happening of happenings(days, sessionsPerDay)) {
    figures.add(happening);
    backwards += Number(happening.at < last);
    last = happening.at;
    if (happening.platform === 'ads') reports.push(happening.days);
    if (happening.platform === 'web' && happening.what.kind === 'page' && happening.what.landing) landings.push(new Date(happening.at + HOUR_MS));
  }
  const numbers = figures.numbers();

  it.each(Object.entries(BANDS) as [keyof typeof BANDS, readonly [number, number]][])('%s is within %j', (name, [least, most]) => {
    expect(numbers[name]).toBeGreaterThanOrEqual(least);
    expect(numbers[name]).toBeLessThanOrEqual(most);
  });

  it('goes forward in time', () => {
    expect(backwards).toBe(0);
    expect(last).toBeGreaterThan(FROM + (days - 1) * DAY_MS);
  });

  it('has about as many sessions as asked for, more in the evening than at night, and more on Sunday than on Friday', () => {
    expect(landings.length / days).toBeGreaterThan(0.9 * sessionsPerDay);
    expect(landings.length / days).toBeLessThan(1.2 * sessionsPerDay);
    const between = (from: number, to: number) => landings.filter((at) => at.getUTCHours() >= from && at.getUTCHours() < to).length;
    expect(between(19, 22)).toBeGreaterThan(5 * between(2, 5));
    const on = (day: number) => landings.filter((at) => at.getUTCDay() === day).length;
    expect(on(0)).toBeGreaterThan(1.1 * on(5));
  });

  it('restates days of campaigns when conversions come late', () => {
    const first = new Map<string, number>();
    let restated = 0;
    for (const report of reports) {
      for (const { ad, date, conversions } of report) {
        const key = `${ad.adId} ${date}`;
        if (first.has(key) && first.get(key) !== conversions) restated += 1;
        first.set(key, conversions);
      }
    }
    expect(restated).toBeGreaterThan(20);
  });
});

describe('the documentation', () => {
  it('has a row for each band, in their order', () => {
    const text = readFileSync(path.join(import.meta.dirname, '../../../../docs/sources.md'), 'utf8');
    const [, table] = /\| \| band \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(text)!;
    const rows = table!.trim().split('\n').map((row) => row.split('|')[2]!);
    const bands = rows.map((band) => [...band.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number((Number(number) / (band.includes('%') ? 100 : 1)).toFixed(6))));
    expect(bands).toEqual(Object.values(BANDS));
  });
});

describe('the same seed', () => {
  it('gives the same shop, and another one another', () => {
    const text = (seed: number) => JSON.stringify([...happenings(3, 100, seed)].map(({ at, platform }) => [at, platform]));
    expect(text(5)).toBe(text(5));
    expect(text(6)).not.toBe(text(5));
  });
});
