// `score`: where a person's value of a trait stands among everybody's: 1 for the lowest share, `into` for the highest.
import { z } from 'zod';
import { parseDuration } from '../../definitions/windows.js';
import { rankOf } from '../../evaluate/ranks.js';
import type { TraitOperator } from './operator.js';

const [MOST_SHARES, SHORTEST, LONGEST] = [100, 3_600_000, 31 * 86_400_000];

/**
 * As NTILE of SQL has it, over the people who have the trait, with boundaries that are worked out anew at fixed times: a
 * value is in the share above every boundary that it exceeds. RFM is three of these, into 5, over the time since the last
 * order (`best: lowest`), the number of orders and the revenue (Hughes, Strategic Database Marketing, 1994).
 */
export const score: TraitOperator = {
  shape: {
    of: z.string(),
    into: z.int().min(2).max(MOST_SHARES).meta({ description: 'How many shares: 5 for quintiles, 100 for percentiles' }),
    best: z.enum(['highest', 'lowest']).optional().meta({ description: 'Which values get the highest score; default highest' }),
    every: z.string().optional().meta({ description: 'How often the boundaries are worked out anew, from 1h to 31d; default 1d, at midnight UTC' }),
  },
  reads: (settings) => ({ of: settings['of'] as string }),
  derive(settings, [of], ranks) {
    const { into, best = 'highest', every = '1d' } = settings as { into: number; best?: 'highest' | 'lowest'; every?: string };
    if (of!.kind === 'text') return { key: 'of', problem: `score puts values in order, and trait "${of!.name}" is a text: name one whose value is a number or a time` };
    const everyMs = parseDuration(every);
    if (everyMs === undefined || everyMs < SHORTEST || everyMs > LONGEST) return { key: 'every', problem: `"every" is "${every}": write a length of time from 1h to 31d, such as 1d` };
    if (of!.rank) return { key: 'of', problem: `trait "${of!.name}" is a score itself: name the trait that it is of` };
    const rank = rankOf(ranks, of!, into, everyMs);
    const scored = (exceeded: number) => (best === 'highest' ? exceeded + 1 : into - exceeded);
    return {
      kind: 'number',
      traits: [of!],
      rank,
      changes: (subject) => [...of!.changes(subject, [...rank.boundariesAt(subject.now) ?? []]), ...rank.changesAfter(subject.now)],
      value(subject) {
        const value = subject.valueOf(of!);
        const boundaries = rank.boundariesAt(subject.now);
        if (boundaries === undefined || value === null || value === rank.nobodys) return null;
        return scored(boundaries.filter((boundary) => (value as number) > boundary).length);
      },
      sql(column) {
        const [value, boundaries] = [of!.sql(column), rank.boundariesSql];
        const exceeded = `toInt64(arrayCount(boundary -> ifNull(${value} > boundary, 0), ${boundaries}))`;
        return `if(${rank.hasNoneSql(value)} OR empty(${boundaries}), NULL, ${best === 'highest' ? `${exceeded} + 1` : `${into} - ${exceeded}`})`;
      },
      show: (value) => `${value} of ${into}`,
    };
  },
};
