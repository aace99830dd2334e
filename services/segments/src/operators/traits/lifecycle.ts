// `lifecycle`: how a person stands as a customer: new, active, at_risk, lapsed or won_back, by when the activities were; no value where there was none.
import { z } from 'zod';
import { millisecondsSql } from '../../definitions/fields.js';
import { parseDuration } from '../../definitions/windows.js';
import { aggregation, type SettingProblem, type TraitOperator } from './operator.js';

/** The first moment, the last, and the last but one that is another; all three may be the same. In ms. */
interface Moments {
  first: number;
  last: number;
  previous: number;
}

function joined(a: Moments, b: Moments): Moments {
  const times = [...new Set([a.last, a.previous, b.last, b.previous, a.first, b.first])].sort((x, y) => y - x);
  return { first: times.at(-1)!, last: times[0]!, previous: times[1] ?? times[0]! };
}

const SETTINGS = ['new', 'active', 'lapsed'] as const;
type Settings = Record<(typeof SETTINGS)[number], number>;

function readSettings(settings: Record<string, unknown>): Settings | SettingProblem {
  const read: Partial<Settings> = {};
  for (const key of SETTINGS) {
    const ms = parseDuration(settings[key] as string);
    if (ms === undefined || ms === 0) return { key, problem: `"${key}" is "${String(settings[key])}": write a length of time such as 30d` };
    read[key] = ms;
  }
  const { active, lapsed } = read as Settings;
  if (lapsed <= active) return { key: 'lapsed', problem: '"lapsed" must be longer than "active": in between, somebody is at risk' };
  return read as Settings;
}

/**
 * `won_back`: active, after a pause of at least `lapsed`; `new`: the first activity is less than `new` ago; `active`: the last is less
 * than `active` ago; `at_risk`: less than `lapsed` ago; `lapsed`: longer ago.
 */
export const lifecycle: TraitOperator = {
  shape: {
    new: z.string().meta({ description: 'Who began less than this ago is new, such as 30d' }),
    active: z.string().meta({ description: 'Whose last activity was less than this ago is active, such as 90d' }),
    lapsed: z.string().meta({ description: 'Whose last activity was this long ago has lapsed, such as 180d; whoever comes back after such a pause is won back' }),
  },
  compile(settings) {
    const read = readSettings(settings);
    if ('problem' in read) return read;
    return aggregation<Moments>({
      kind: 'text',
      columns: [],
      add(bucket, { occurred_at }) {
        const one = { first: occurred_at, last: occurred_at, previous: occurred_at };
        return bucket === undefined ? one : joined(bucket, one);
      },
      join: joined,
      value(buckets, now) {
        if (buckets.length === 0) return null;
        const { first, last, previous } = buckets.reduce(joined);
        if (now - last < read.active && last - previous >= read.lapsed) return 'won_back';
        if (now - first < read.new) return 'new';
        if (now - last < read.active) return 'active';
        return now - last < read.lapsed ? 'at_risk' : 'lapsed';
      },
      passes(held, coming) {
        const all = held.length === 0 ? coming : [held.reduce(joined), ...coming];
        return all.flatMap(({ first, last }) => [first + read.new, last + read.active, last + read.lapsed]);
      },
      sql(condition) {
        const at = millisecondsSql('occurred_at');
        const [first, last] = [`minIf(${at}, ${condition})`, `maxIf(${at}, ${condition})`];
        const pause = `${last} - ifNull(nullIf(arrayReverseSort(groupUniqArrayIf(${at}, ${condition}))[2], 0), ${last})`;
        const stages = [
          `${last} > {now:Int64} - ${read.active} AND ${pause} >= ${read.lapsed}`, `'won_back'`,
          `${first} > {now:Int64} - ${read.new}`, `'new'`,
          `${last} > {now:Int64} - ${read.active}`, `'active'`,
          `${last} > {now:Int64} - ${read.lapsed}`, `'at_risk'`,
        ];
        return `if(countIf(${condition}) = 0, NULL, multiIf(${stages.join(', ')}, 'lapsed'))`;
      },
      show: (value) => JSON.stringify(value),
    });
  },
};
