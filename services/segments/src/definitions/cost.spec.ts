import { describe, expect, it } from '@jest/globals';
import { loadCatalog } from './catalog.js';
import { loadDefinitions, parseDefinitions } from './load.js';
import { problemsOf } from '../test/problems.js';

const catalog = loadCatalog();
/** A template of as many traits, each with a filter of its own. */
const traits = (name: string, count: number, over: string, window = '1d') => ({
  file: `schemas/traits/${name}_{n}.yaml`,
  text: `name: ${name}_\${n}\nforeach:\n  n: [${Array.from({ length: count }, (_, n) => `"${n}"`).join(', ')}]\ndescription: d\nowner: tests\noperator: count\nover: { ${over}, where: { properties.n: "${name} \${n}" } }\nwindow: ${window}\n`,
});
const segment = (when: string) => ({ file: 'schemas/segments/buyers.yaml', text: `name: buyers\nversion: 1\ndescription: d\nowner: tests\npurpose: marketing\nwhen: ${when}\n` });
const problems = (...files: { file: string; text: string }[]) => problemsOf(() => parseDefinitions({ traits: files, segments: [] }, catalog));

describe('definitions that are too costly', () => {
  it('are refused where too many look at one type of activity, at the first that is too many', () => {
    expect(problems(traits('a', 500, 'types: [order_completed]'), traits('b', 500, 'types: [order_completed, page_viewed]'))).toEqual([]);
    expect(problems(traits('a', 500, 'types: [order_completed]'), traits('b', 500, 'types: [order_completed]'), traits('c', 2, 'types: [page_viewed, order_completed]'))).toEqual([
      'schemas/traits/c_{n}.yaml:7: it is too costly: with it, more than 1000 traits and steps look at every "order_completed": leave some out, or let several share one `over` and `window`, which are kept once (with n: 0)',
    ]);
  });

  it('are refused where their windows have too many buckets', () => {
    expect(problems(traits('a', 400, 'types: [order_completed]', 'last_year'))).toEqual([
      expect.stringMatching(/^schemas\/traits\/a_\{n\}\.yaml:7: it is too costly: with it, the windows of all definitions have more than 200000 buckets for each person: take shorter windows of the calendar, or fewer different ones \(with n: 268\)$/),
    ]);
  });

  it('are refused where a segment has too many conditions', () => {
    const when = `{ any: [${Array.from({ length: 800 }, (_, n) => `{ split: { name: part-${n}, from: 0, to: 1 } }`).join(', ')}] }`;
    expect(problemsOf(() => parseDefinitions({ traits: [], segments: [segment(when)] }, catalog))).toEqual([
      'schemas/segments/buyers.yaml:6: it is too costly: its conditions, with those of the segments that it names, are more than 100000 characters of SQL: write fewer of them, name fewer segments, or those that these name directly',
    ]);
  });

  it('do not cost more where they keep the same', () => {
    const same = Array.from({ length: 1_100 }, (_, n) => ({ file: `schemas/traits/t_${n}.yaml`, text: `name: t_${n}\ndescription: d\nowner: tests\noperator: count\nover: { types: [order_completed] }\nwindow: last_year\n` }));
    expect(problems(...same)).toEqual([]);
  });

  it('are none of those that the mesh comes with', () => expect(() => loadDefinitions()).not.toThrow());
});
