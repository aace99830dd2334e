import { describe, expect, it } from '@jest/globals';
import type { Reason } from '@tideway/mesh';
import { checkReasons } from './time.js';

const log = (counts: Partial<Record<Reason, number>>) => ({ changes: 10, reasons: new Map(Object.entries(counts) as [Reason, number][]) });

describe('checkReasons', () => {
  it('counts changes by what caused them, the most frequent first', () => {
    expect(checkReasons(log({ activity: 2, time: 5, consent: 1, merge: 1, definition: 1 }), 4)).toMatchObject({ ok: true, detail: 'of 10 changes, 5 by time, 2 by activity, 1 by consent, 1 by merge, 1 by definition' });
  });

  it('fails where a reason did not occur that every run gives', () => {
    expect(checkReasons(log({ activity: 9, consent: 1, merge: 1, definition: 1 }), 0)).toMatchObject({ ok: false, detail: expect.stringMatching(/^nothing changed by time:/) });
  });

  it('wants changes by splits where profiles were split often enough', () => {
    const reasons = { activity: 9, time: 1, consent: 1, merge: 1, definition: 1 };
    expect(checkReasons(log(reasons), 5)).toMatchObject({ ok: false, detail: expect.stringMatching(/^nothing changed by split:/) });
    expect(checkReasons(log({ ...reasons, split: 1 }), 5)).toMatchObject({ ok: true });
  });
});
