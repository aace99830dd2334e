import { describe, expect, it } from '@jest/globals';
import { EXPORT_FORMATS } from './export-format.js';

const id = '1c73780b-fdc0-5604-afcc-eb62f77a53ba';
const since = Date.parse('2026-11-01T09:00:00Z');
const { csv, ndjson } = EXPORT_FORMATS;
const withUser = (user_id: string) => csv.line({ profile_id: id, since, identifiers: { user_id: [user_id] } }, ['user_id']);

describe('a member as CSV', () => {
  it('is a row of the columns that the header names, whichever identifiers there are', () => {
    const types = ['email_sha256', 'user_id'];
    expect(csv.header(types)).toBe('profile_id,since,email_sha256,user_id\r\n');
    expect(csv.line({ profile_id: id, since, identifiers: { email_sha256: ['aa', 'bb'] } }, types)).toBe(`${id},2026-11-01T09:00:00.000Z,aa bb,\r\n`);
  });

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'the "one"', '"the ""one"""'],
    ['a line break', 'a\r\nb', '"a\r\nb"'],
    ['a formula', '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['a plus sign first', '+1', "'+1"],
    ['a minus sign first', '-1+1|cmd', "'-1+1|cmd"],
    ['an at sign first', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab first', '\t=1', "'\t=1"],
    ['a minus sign inside', 'a-1', 'a-1'],
  ])('is one cell with %s in it', (_, value, cell) => {
    expect(withUser(value)).toBe(`${id},2026-11-01T09:00:00.000Z,${cell}\r\n`);
  });
});

it('a member as NDJSON is one line with every type that was asked for, and no other', () => {
  expect(ndjson.line({ profile_id: id, since, identifiers: { user_id: ['u\n1'], anonymous_id: ['x'] } }, ['user_id', 'email_sha256']))
    .toBe(`{"profile_id":"${id}","since":${since},"identifiers":{"user_id":["u\\n1"],"email_sha256":[]}}\n`);
});
