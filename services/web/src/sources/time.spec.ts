import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isoTime, occurredAt } from './time.js';

const at = (text: string) => Date.parse(text);
const RECEIVED = at('2026-11-20T12:00:00.000Z');

describe('isoTime', () => {
  it.each([
    ['2015-12-10T04:08:31.905Z', '2015-12-10T04:08:31.905Z'],
    ['2015-2-02T00:30:12.984Z', '2015-02-02T00:30:12.984Z'],
    ['2012-12-02', '2012-12-02T00:00:00.000Z'],
    ['2026-11-20T12:00:00+02:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T12:00:00.123456789-0530', '2026-11-20T17:30:00.123Z'],
    ['2026-11-20 12:00', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20T12:00:00.5z', '2026-11-20T12:00:00.500Z'],
  ])('reads %s', (text, same) => {
    expect(isoTime(text)).toBe(at(same));
  });

  it.each(['', 'yesterday', '2026-02-30T00:00:00Z', '2026-13-01', '2026-11-20T25:00:00Z', '0050-01-01', '20261120', 1_795_000_000_000, null, {}])('does not guess at %p', (text) => {
    expect(isoTime(text)).toBeUndefined();
  });

  it('reads every ISO time that JavaScript writes', () => {
    fc.assert(fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      expect(isoTime(date.toISOString())).toBe(date.getTime());
    }));
  });
});

describe('occurredAt', () => {
  it('corrects the clock of the sender: receivedAt - (sentAt - originalTimestamp)', () => {
    const message = { originalTimestamp: '2031-01-01T00:00:00.000Z', sentAt: '2031-01-01T00:00:30.000Z', timestamp: '2001-01-01T00:00:00Z' };
    expect(occurredAt(message, RECEIVED)).toBe(RECEIVED - 30_000);
  });

  it('takes timestamp for the original where a library sends it beside sentAt', () => {
    expect(occurredAt({ timestamp: '1970-01-01T00:00:05Z', sentAt: '1970-01-01T00:00:07Z' }, RECEIVED)).toBe(RECEIVED - 2_000);
  });

  it('keeps an import of the past at its time', () => {
    expect(occurredAt({ timestamp: '2012-12-02T00:30:08.276Z' }, RECEIVED)).toBe(at('2012-12-02T00:30:08.276Z'));
    expect(occurredAt({ timestamp: '2012-12-02T00:30:08.276Z', sentAt: '2026-11-20T12:00:00.000Z' }, RECEIVED)).toBe(at('2012-12-02T00:30:08.276Z'));
  });

  it('is the time of receipt where the message names none', () => {
    expect(occurredAt({ sentAt: '2026-11-20T12:00:00.000Z', timestamp: null }, RECEIVED)).toBe(RECEIVED);
  });

  it.each([
    [{ timestamp: 'soon' }, 'timestamp', 'type'],
    [{ timestamp: 1_795_000_000 }, 'timestamp', 'type'],
    [{ timestamp: '2026-11-20T12:00:00Z', sentAt: 'now' }, 'sentAt', 'type'],
    [{ originalTimestamp: {} }, 'originalTimestamp', 'type'],
    [{ timestamp: '1969-12-31T23:59:59Z' }, 'timestamp', 'range'],
    [{ timestamp: '2101-01-01T00:00:00Z' }, 'timestamp', 'range'],
    [{ timestamp: '2026-11-21T12:00:01Z' }, 'timestamp', 'range'],
    [{ originalTimestamp: '2026-11-22T12:00:00Z', sentAt: '2026-11-20T12:00:00Z' }, 'originalTimestamp', 'range'],
  ])('names the field of %j and changes nothing', (message, field, code) => {
    expect(occurredAt(message, RECEIVED)).toMatchObject({ field, code });
  });

  it('lets a clock be up to a day ahead', () => {
    expect(occurredAt({ timestamp: '2026-11-21T11:59:59Z' }, RECEIVED)).toBe(at('2026-11-21T11:59:59Z'));
  });
});
