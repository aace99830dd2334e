import { describe, expect, it } from '@jest/globals';
import { compareReports } from './reports.js';

const row = (key: string, extractedAt = 1_000, values = '1 2') => ({ key, extractedAt, values });
const reported = new Map(['a', 'b'].map((key, i) => [key, { ...row(key), at: 5_000 + i }]));

describe('compareReports', () => {
  it('holds where each row is there once, as it was last extracted', () => {
    expect(compareReports([row('b'), row('a')], reported)).toMatchObject({ ok: true, lost: [], doubled: [], detail: expect.stringContaining('2 rows') });
  });

  it('fails where a row is missing or not the last one, and says when it was promised', () => {
    expect(compareReports([row('a')], reported)).toMatchObject({ ok: false, lost: [5_001], detail: '1 rows of reports are nowhere (b)' });
    expect(compareReports([row('a', 900), row('b')], reported)).toMatchObject({ ok: false, lost: [5_000] });
    expect(compareReports([row('a'), row('b', 1_000, '1 3')], reported)).toMatchObject({ ok: false, lost: [5_001] });
  });

  it('fails where a row is there twice, or was never accepted', () => {
    expect(compareReports([row('a'), row('a'), row('b')], reported)).toMatchObject({ ok: false, doubled: [5_000], detail: '1 rows of reports are there twice (a)' });
    expect(compareReports([row('a'), row('b'), row('c')], reported)).toMatchObject({ ok: false, doubled: [NaN] });
  });
});
