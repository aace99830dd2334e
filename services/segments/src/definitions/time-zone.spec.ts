import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS, timeZoneOf } from './time-zone.js';

const dayNumber = (date: string) => Date.parse(date) / DAY_MS;
const startOf = (zone: string, date: string) => new Date(timeZoneOf(zone)!.startOf(dayNumber(date))).toISOString();

describe('a day', () => {
  it.each([
    ['UTC', '2026-11-21', '2026-11-21T00:00:00.000Z', 24],
    ['Asia/Kathmandu', '2026-11-21', '2026-11-20T18:15:00.000Z', 24],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    // Clocks jumped over midnight: the day began at 01:00.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', 23],
    ['Asia/Beirut', '2021-03-28', '2021-03-27T22:00:00.000Z', 23],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00.000Z', 23],
    // They went back at midnight, and at one minute past it: the day before had an hour more.
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z', 24],
    ['America/St_Johns', '2010-11-07', '2010-11-07T03:30:00.000Z', 24],
    // Samoa had no 30th of December.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 0],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', 24],
  ])('in %s, %s, begins at %s and has %d hours', (zone, date, begin, hours) => {
    expect(startOf(zone, date)).toBe(begin);
    expect((timeZoneOf(zone)!.startOf(dayNumber(date) + 1) - Date.parse(begin)) / 3_600_000).toBe(hours);
  });

  it('has the date that clocks and calendars show, but for an hour that comes twice', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Beirut', 'Africa/Cairo', 'Pacific/Chatham', 'Pacific/Niue', 'Pacific/Kiritimati');
    fc.assert(fc.property(zones, fc.nat({ max: 4_133_980_800_000 }), (name, at) => {
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' }).format(at);
      expect(new Date(timeZoneOf(name)!.dayOf(at) * DAY_MS).toISOString().slice(0, 10)).toBe(shown);
    }), { numRuns: 500 });
  });

  it('holds the moments from its beginning until the next one begins', () => {
    for (const zone of ['Pacific/Apia', 'America/St_Johns', 'America/Sao_Paulo']) {
      const days = timeZoneOf(zone)!;
      for (const date of ['2010-11-07', '2011-12-31', '2018-02-18', '2018-11-04']) {
        const start = days.startOf(dayNumber(date));
        expect([start - 1, start, days.startOf(dayNumber(date) + 1) - 1].map((at) => days.startOf(days.dayOf(at)) <= at)).toEqual([true, true, true]);
        expect([days.dayOf(start), days.dayOf(days.startOf(dayNumber(date) + 1) - 1)]).toEqual([dayNumber(date), dayNumber(date)]);
      }
    }
  });
});

describe('a time zone', () => {
  it('has a name of the IANA, in its capitals', () => {
    expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince'].map((name) => timeZoneOf(name)?.name)).not.toContain(undefined);
    expect(['', 'utc', 'CET', 'Berlin', 'Europe/Hamburg', 'europe/berlin', 'Europe/BERLIN', 'Europe/BerLin', '+01:00', 'Etc/GMT+1', "Europe/Berlin'"].map((name) => timeZoneOf(name))).toEqual(Array(11).fill(undefined));
  });
});
