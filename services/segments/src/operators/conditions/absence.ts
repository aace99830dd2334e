// `absence`: something did not happen for a time after something else did.
import { z } from 'zod';
import { chainCondition } from './chain.js';
import { conditionOperator } from './operator.js';
import { DEFAULT_WINDOW, readAbsence, readLink, readWindow } from './sequence.js';

interface Absence {
  /** What did not happen... */
  of: unknown;
  /** ...since this did... */
  after: unknown;
  /** ...for so long. */
  for: string;
  window: string;
}

export const absence = conditionOperator<{ absence: Absence }>({
  schema: z.strictObject({
    absence: z.strictObject({ of: z.unknown(), after: z.unknown(), for: z.string(), window: z.string().default(DEFAULT_WINDOW) }),
  }),
  compile({ absence: { of, after, for: length, window } }, at, reader) {
    const inside = [...at, 'absence'];
    const windowMs = readWindow(window, [...inside, 'window'], reader);
    if (windowMs === undefined) return undefined;
    const forMs = readAbsence(length, [...inside, 'for'], windowMs, reader);
    const happened = readLink(after, [...inside, 'after'], windowMs, { excluded: false, within: Infinity }, reader);
    const missing = readLink(of, [...inside, 'of'], windowMs, { excluded: true, within: Infinity }, reader);
    return happened && missing && forMs !== undefined ? chainCondition({ links: [happened, missing], forMs, windowMs }, reader) : undefined;
  },
});
