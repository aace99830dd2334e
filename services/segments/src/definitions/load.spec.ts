import { mkdtempSync, mkdirSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemasDir } from '@tideway/contracts';
import { loadCatalog } from './catalog.js';
import { loadDefinitions, parseDefinitions, type Definitions } from './load.js';
import { problemsOf, swap } from '../test/problems.js';

const catalog = loadCatalog();
const TRAIT = `name: orders
description: Orders
owner: tests
operator: count
over:
  types: [order_completed]
window: 30d
`;
const SEGMENT = `name: buyers
version: 1
description: Buyers
owner: tests
purpose: marketing
when:
  all:
    - trait: orders
      gte: 1
`;

function parse(trait: string, segment = SEGMENT): Definitions {
  return parseDefinitions({ traits: [{ file: 'schemas/traits/orders.yaml', text: trait }], segments: [{ file: 'schemas/segments/buyers.yaml', text: segment }] }, catalog);
}

describe('a trait', () => {
  it.each([
    ['name: orders', 'name: Orders', 1, '"Orders" cannot be a name: write small letters, digits and underscores'],
    ['name: orders', 'name: sales', 1, 'the name is "sales" but the file is orders.yaml: make them the same'],
    ['owner: tests\n', '', 1, '"owner" is missing: add it'],
    ['operator: count', 'operator: median', 4, 'it must be one of count, sum, average, min, max, first, latest, distinct_count, most_frequent, time_since, ratio'],
    ['operator: count', 'operator: sum\nfield: value_micros', 6, 'a sum over money needs one currency'],
    ['operator: count', 'operator: average\nfield: value_micros', 6, 'an average over money needs one currency'],
    ['operator: count', 'operator: max\nfield: value_micros', 6, 'a max over money needs one currency'],
    ['operator: count', 'operator: sum\nfield: quantity', 5, 'sum cannot read "quantity": name value_micros, or a property that holds numbers'],
    ['operator: count', 'operator: min\nfield: occurred_at', 5, 'min cannot read "occurred_at": name value_micros, or a property'],
    ['operator: count', 'operator: first\nfield: is_bot', 5, 'first cannot read "is_bot": name one of type, product'],
    ['operator: count', 'operator: most_frequent\nfield: value_micros', 5, 'most_frequent cannot read "value_micros": name one of items.product_id'],
    ['operator: count', 'operator: time_since\nunit: weeks', 5, '"unit" is "weeks", it must be one of minutes, hours, days'],
    ['operator: count', 'operator: time_since', 1, '"unit" is missing: add it'],
    ['operator: count', 'operator: count\nof: orders', 5, 'there is no "of" here'],
    ['operator: count', 'operator: latest\nfield: is_bot', 5, 'latest cannot read "is_bot": name one of type, product'],
    ['operator: count', 'operator: distinct_count\nfield: value_micros', 5, 'distinct_count cannot read "value_micros": name one of items.product_id'],
    ['operator: count', 'operator: count\nfield: order_id', 5, 'there is no "field" here: remove it, or check its spelling'],
    ['[order_completed]', '[order_completed, order_complete]', 6, 'no product gives activities of type "order_complete": name one of order_completed'],
    ['[order_completed]', '[page_viewed]\n  product: web.orders', 6, 'web.orders gives no activities of type "page_viewed": name one of order_completed'],
    ['types: [order_completed]', 'product: web.order', 6, 'no product "web.order" gives activities: name one of'],
    ['types: [order_completed]', 'where: { currency: EUR }', 5, '"over" must name "types"'],
    ['window', '  where:\n    colour: red\nwindow', 8, 'activities have no field "colour": name one of type'],
    ['window', '  where:\n    currency: { like: E }\nwindow', 8, 'there is no comparison "like": use one of eq'],
    ['window', '  where:\n    items.category: { ne: Bags }\nwindow', 8, 'there is no comparison "ne" of "items.category": use one of eq, in'],
    ['window', '  where:\n    items.category: 5\nwindow', 8, '"eq" of "items.category" must be a text'],
    ['window', '  where:\n    currency: { gt: E }\nwindow', 8, '"gt" orders numbers and times, and "currency" is a text: use eq'],
    ['window', '  where:\n    currency: { in: EUR }\nwindow', 8, '"in" of "currency" must be a list with at least one value'],
    ['window', '  where:\n    properties.step: 2\nwindow', 8, '"eq" of "properties.step" must be a text (put numbers'],
    ['window', '  where:\n    value_micros:\n      gt: 0.5\nwindow', 9, '"gt" of "value_micros" must be a whole number'],
    ['30d', 'next_month', 7, 'window "next_month" is not a length of time: write minutes, hours or days such as 5m, 24h or 30d, all, or a period of the calendar such as this_month'],
    ['30d', '30d\ntime_zone: Europe/Berlin', 8, 'only periods of the calendar have a time zone, and window "30d" is the same in all: remove it'],
    ['30d', 'all\ntime_zone: UTC', 8, 'only periods of the calendar have a time zone'],
    ['30d', 'today\ntime_zone: Europe/Hamburg', 8, 'there is no time zone "Europe/Hamburg": write a name such as Europe/Berlin or UTC'],
    ['30d', 'today\ntime_zone: europe/berlin', 8, 'there is no time zone "europe/berlin"'],
    ['30d', 'today\ntime_zone: +01:00', 8, 'there is no time zone "+01:00"'],
    ['30d', 'today\ntime_zone: 1', 8, '"time_zone" is 1, it must be a string'],
    ['30d', '500d', 7, 'window "500d" is out of range: write a length from 5m to 400d, or all'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities:\n      - type: order_complete\n        ago: 1d\n    expect: 0\n', 11, 'there is no activity type "order_complete": name one of'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities:\n      - { type: order_completed, ago: 1d, in: 1d }\n    expect: 0\n', 11, 'an activity happens at one time'],
    ['30d\n', '30d\ncases:\n  - name: one\n    activities: []\n', 9, '"expect" is missing'],
    ['window: 30d', 'window: 30d\nwindow: 40d', 8, 'this is not valid YAML: Map keys must be unique'],
    ['window: 30d', 'window: [30d', 8, 'this is not valid YAML'],
  ])('with "%s" as "%s" is refused at line %d: %s', (from, to, line, message) => {
    const [problem, ...others] = problemsOf(() => parse(swap(TRAIT, from, to)));
    expect(problem).toContain(`schemas/traits/orders.yaml:${line}: `);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });
});

describe('a ratio', () => {
  const RATIO = swap(swap(TRAIT, TRAIT.slice(TRAIT.indexOf('over')), 'of: numerator\nto: orders\n'), 'count', 'ratio');
  const fileOf = (name: string, text: string) => ({ file: `schemas/traits/${name}.yaml`, text: swap(text, 'name: orders', `name: ${name}`) });
  const load = (ratio: string, numerator = TRAIT) => parseDefinitions({ segments: [], traits: [fileOf('share', ratio), fileOf('numerator', numerator), fileOf('orders', TRAIT)] }, catalog);

  it('reads traits of other files, and ratios of them', () => {
    const of = swap(swap(RATIO, 'of: numerator', 'of: orders'), 'to: orders', 'to: orders');
    expect(load(RATIO, of).traits.map(({ name, kind, accumulators }) => [name, kind, accumulators.length])).toEqual([
      ['numerator', 'millionths', 1], ['orders', 'number', 1], ['share', 'millionths', 1],
    ]);
  });

  it.each([
    ['a trait that does not exist', swap(RATIO, 'to: orders', 'to: order'), TRAIT, 'share.yaml:6: there is no trait "order" in schemas/traits: name one of'],
    ['nothing', swap(RATIO, 'to: orders\n', ''), TRAIT, 'share.yaml:1: "to" is missing: add it'],
    ['a text', RATIO, swap(TRAIT, 'count', 'latest\nfield: currency'), 'share.yaml:5: ratio divides numbers, and trait "numerator" is a text: name one whose value is a number'],
    ['a time', RATIO, swap(TRAIT, 'count', 'first\nfield: occurred_at'), 'share.yaml:5: ratio divides numbers, and trait "numerator" is a time'],
    ['what grows with time', RATIO, swap(TRAIT, 'count', 'time_since\nunit: days'), 'share.yaml:5: ratio cannot read "numerator", whose value changes as time goes by'],
    ['a window too', `${RATIO}window: 30d\n`, TRAIT, 'share.yaml:7: there is no "window" here'],
    ['itself, through another', RATIO, swap(RATIO, 'of: numerator', 'of: share'), 'share.yaml:5: trait "share" would read itself, through "numerator": take one of them out of the circle'],
    ['itself', swap(RATIO, 'to: orders', 'to: share'), TRAIT, 'share.yaml:6: trait "share" would read itself, through "share"'],
    ['a broken one, which alone is told', RATIO, swap(TRAIT, '30d', '1y'), 'numerator.yaml:7: window "1y" is not a length of time'],
  ])('of %s is refused', (_, ratio, numerator, message) => {
    expect(problemsOf(() => load(ratio, numerator))).toEqual([expect.stringContaining(`schemas/traits/${message}`)]);
  });

  it('is compared with decimals', () => {
    const segmentOf = (comparison: string) => ({ file: 'schemas/segments/buyers.yaml', text: swap(swap(SEGMENT, 'trait: orders', 'trait: share'), 'gte: 1', comparison) });
    const load = (comparison: string) => parseDefinitions({ segments: [segmentOf(comparison)], traits: [fileOf('share', RATIO), fileOf('numerator', TRAIT), fileOf('orders', TRAIT)] }, catalog);
    expect(load('gte: 0.25').segments).toHaveLength(1);
    expect(problemsOf(() => load('gte: 25%'))).toEqual([expect.stringContaining('buyers.yaml:9: "gte" of trait "share" must be a number such as 0.25')]);
    expect(problemsOf(() => load('gte: 0.0000001'))).toEqual([expect.stringContaining('at most 6 digits after the point')]);
  });
});

describe('a segment', () => {
  it.each([
    ['version: 1', 'version: one', 2, '"version" is "one", it must be a number'],
    ['marketing', 'selling', 5, 'there is no purpose "selling" in purposes.yaml: name one of analytics'],
    ['marketing', 'marketing\nlateness: 31d', 6, '"lateness" is "31d": write a length of time from 0s to 30d, such as 24h'],
    ['marketing', 'marketing\nlateness: soon', 6, '"lateness" is "soon": write a length of time'],
    ['marketing', 'marketing\nchannel: fax', 6, 'there is no channel "fax" in purposes.yaml: name one of any'],
    ['trait: orders', 'trait: order', 8, 'there is no trait "order" in schemas/traits: name one of orders'],
    ['gte: 1', 'gte: one', 9, '"gte" of trait "orders" must be a whole number'],
    ['gte: 1', 'min: 1', 9, 'there is no "min" here'],
    ['\n      gte: 1', '', 8, 'the condition on "orders" compares with nothing: add one of eq'],
    ['trait: orders', 'some: orders', 8, 'a condition has exactly one of the keys all, any, not, trait, segment, sequence, absence, split, during; this one has none'],
    ['  all:', '  any: []\n  all:', 6, 'this one has all and any'],
    [SEGMENT.slice(SEGMENT.indexOf('  all')), '  all: []\n', 7, 'Too small'],
    ['when:', 'if:', 1, '"when" is missing: add it'],
  ])('with "%s" as "%s" is refused at line %d: %s', (from, to, line, message) => {
    const problems = problemsOf(() => parse(TRAIT, swap(SEGMENT, from, to)));
    expect(problems.join('\n')).toContain(message);
    expect(problems.find((problem) => problem.includes(message))).toContain(`schemas/segments/buyers.yaml:${line}: `);
  });

  it('is not blamed for the trait that it names', () => {
    expect(problemsOf(() => parse(swap(TRAIT, '30d', '1y')))).toEqual([expect.stringContaining('schemas/traits/orders.yaml:7')]);
  });

  it('cannot be nested without end', () => {
    const deep = `{not: `.repeat(60) + '{trait: orders, gte: 1}' + '}'.repeat(60);
    expect(problemsOf(() => parse(TRAIT, `${SEGMENT.split('when:')[0]}when: ${deep}`))).toEqual([expect.stringContaining('nested more than')]);
  });
});

/** The first line of `when` is line 7. */
const conditioned = (when: string) => `${SEGMENT.slice(0, SEGMENT.indexOf('  all'))}${when}\n`;
const A = '{ types: [product_added] }';
const steps = (...lines: string[]) => ['  sequence:', ...lines.map((line) => `    - ${line}`)].join('\n');
const absent = (last: string) => `  absence:\n    of: ${A}\n    after: ${A}\n    for: 1h\n${last}`;

describe('a condition', () => {
  it.each([
    [steps(A), 7, 'a sequence has 2 to 10 steps, this one 1: say what comes after'],
    [steps(...Array<string>(11).fill(A)), 7, 'a sequence has 2 to 10 steps, this one 11: leave out what does not matter'],
    [steps(`{ not: ${A} }`, A), 8, 'a sequence begins with what happens: put a step before the "not"'],
    [steps(`{ not: ${A}, for: 1h }`, `{ not: ${A}, for: 1h }`), 8, 'a sequence begins with what happens'],
    [steps(A, `{ not: ${A} }`, `{ not: ${A} }`, A), 10, 'two "not" in a row: name the types of both in one'],
    [steps(A, `{ not: ${A} }`), 9, 'the "not" at the end needs "for", such as for: 2h'],
    [steps(A, `{ not: ${A}, for: 1h }`, A), 9, 'between two steps a "not" has no "for": say "within" in the next step'],
    [steps(A, `{ not: ${A}, within: 1h }`, A), 9, '"within" belongs to a step, not to a "not"'],
    [steps('{ types: [product_added], within: 1h }', A), 8, '"within" is the time since the step before, and this is the first: remove it'],
    [steps(A, '{ types: [product_added], for: 1h }'), 9, '"for" belongs to the "not" at the end: write "within"'],
    [steps(A, '{ types: [product_added], within: 0s }'), 9, '"within" is "0s": write a length of time (such as 90s, 15m, 2h or 1d) from 1s to the window\'s 30d'],
    [steps(A, '{ types: [product_added], within: 31d }'), 9, '"within" is "31d": write a length of time'],
    [steps(A, '{ types: [product_added], within: soon }'), 9, '"within" is "soon": write a length of time'],
    [steps(A, `{ not: ${A}, for: 2h }`) + '\n  window: 2h', 9, '"for" is "2h": write a length of time (such as 90s, 15m, 2h or 1d) of at least 1s, and less than the window\'s 2h'],
    [steps(A, A) + '\n  window: 30s', 10, '"window" is "30s": write a length of time (such as 90s, 15m, 2h or 1d) from 1m to 400d'],
    [steps(A, A) + '\n  window: 401d', 10, '"window" is "401d": write a length of time'],
    [steps(A, A) + '\n  windows: 1d', 10, 'there is no "windows" here'],
    [steps(A, '{ types: [product_add] }'), 9, 'no product gives activities of type "product_add": name one of'],
    [steps(A, '{ within: 1d }'), 9, 'this must name "types" (such as [order_completed])'],
    [steps(A, '{ type: product_added }'), 9, 'there is no "type" here'],
    [steps(A, `{ not: ${A}, types: [product_added], for: 1h }`), 9, 'there is no "types" here: remove it, or put it into the "not"'],
    [steps(A, '{ not: { types: [sold] }, for: 1h }'), 9, 'no product gives activities of type "sold"'],
    [absent('    window: 1h'), 10, '"for" is "1h": write a length of time'],
    [absent('    window: 1w'), 11, '"window" is "1w": write a length of time'],
    [absent('').replace('for: 1h', 'since: 1h'), 10, 'there is no "since" here'],
    [absent('').replace(`of: ${A}`, 'of: {}'), 8, '"of" must name "types"'],
    ['  split:\n    name: test\n    from: 0\n    to: 0.005', 10, '"to" of a split must be a percentage from 0 to 100 with at most two decimals'],
    ['  split:\n    name: test\n    from: -1\n    to: 5', 9, '"from" of a split must be a percentage from 0 to 100'],
    ['  split:\n    name: test\n    from: 10\n    to: 10', 10, 'the split is empty: "to" must be more than "from", which is 10'],
    ['  during: {}', 7, '"during" has neither "from" nor "until": add one of them'],
    ['  during:\n    from: tomorrow', 8, '"tomorrow" is no time: "from" must be a date or an instant'],
    ['  during:\n    from: 2026-02-01\n    until: 2026-02-01', 9, 'the period ends before it begins: "until" must be later than "from", which is 2026-02-01'],
    ['  segment: sellers', 7, 'there is no segment "sellers" in schemas/segments: name one of buyers'],
    ['  segment: buyers', 7, 'segment "buyers" would depend on itself, through "buyers": take one of them out of the circle'],
  ])('such as %j is refused at line %d: %s', (when, line, message) => {
    const problems = problemsOf(() => parse(TRAIT, conditioned(when)));
    expect(problems.join('\n')).toContain(message);
    expect(problems.find((problem) => problem.includes(message))).toContain(`schemas/segments/buyers.yaml:${line}: `);
  });

  it('is refused in "valid" as in "during"', () => {
    expect(problemsOf(() => parse(TRAIT, swap(SEGMENT, 'when:', 'valid:\n  until: never\nwhen:')))).toEqual([expect.stringContaining('schemas/segments/buyers.yaml:7: "never" is no time')]);
  });
});

describe('segments that name others', () => {
  const named = (name: string, when: string) => ({ file: `schemas/segments/${name}.yaml`, text: conditioned(when).replace('name: buyers', `name: ${name}`) });
  const together = (...segments: { file: string; text: string }[]) => parseDefinitions({ traits: [], segments }, catalog).segments;

  it('may come before them', () => {
    const segments = together(named('a', '  segment: b'), named('b', '  all: [{ segment: c }, { not: { segment: c } }]'), named('c', '  during: { from: 2026-01-01 }'));
    expect(segments.map(({ name, condition }) => [name, condition.scopes.length])).toEqual([['a', 3], ['b', 2], ['c', 0]]);
  });

  it('cannot go in a circle, which is told once, with what to do', () => {
    expect(problemsOf(() => together(named('a', '  segment: b'), named('b', '  not:\n    segment: c'), named('c', '  segment: a')))).toEqual([
      expect.stringContaining('schemas/segments/c.yaml:7: segment "c" would depend on itself, through "a": take one of them out of the circle'),
    ]);
  });

  it('are not blamed for what is wrong in these', () => {
    expect(problemsOf(() => together(named('a', '  segment: b'), named('b', '  during: {}')))).toEqual([expect.stringContaining('schemas/segments/b.yaml:7')]);
  });

  it('cannot multiply without end', () => {
    const doubled = Array.from({ length: 20 }, (_, index) => named(`a-${index}`, `  all: [{ segment: a-${index + 1} }, { not: { segment: a-${index + 1} } }]`));
    const problems = problemsOf(() => together(...doubled, named('a-20', '  during: { from: 2026-01-01 }')));
    expect(problems).toEqual([expect.stringMatching(/^schemas\/segments\/a-\d+\.yaml:6: it is too costly: its conditions, with those of the segments that it names/)]);
  });
});

describe('definitions', () => {
  it('tell everything that is wrong at once', () => {
    const both = problemsOf(() => parse(swap(swap(TRAIT, '30d', '1y'), 'order_completed', 'ordered'), swap(SEGMENT, 'marketing', 'selling')));
    expect(both.map((problem) => problem.split(': ')[0])).toEqual(['schemas/traits/orders.yaml:7', 'schemas/traits/orders.yaml:6', 'schemas/segments/buyers.yaml:5']);
  });

  it('have each name once', () => {
    const files = ['orders', 'sales'].map((name) => ({ file: `schemas/traits/${name}.yaml`, text: TRAIT }));
    expect(problemsOf(() => parseDefinitions({ traits: files, segments: [] }, catalog))).toEqual([
      expect.stringContaining('schemas/traits/sales.yaml:1: the name is "orders" but the file is sales.yaml'),
      expect.stringContaining('schemas/traits/sales.yaml:1: "orders" is defined in schemas/traits/orders.yaml already'),
    ]);
  });

  it('suggest the names that are most alike, where there are many', () => {
    const [problem] = problemsOf(() => parse(swap(TRAIT, '[order_completed]', '[product_view]')));
    expect(problem).toMatch(/name one of product_viewed, .* and \d+ more/);
  });

  it('are files that end in .yaml', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'definitions-'));
    try {
      cpSync(path.join(schemasDir(), 'products'), path.join(dir, 'products'), { recursive: true });
      cpSync(path.join(schemasDir(), 'purposes.yaml'), path.join(dir, 'purposes.yaml'));
      expect(loadDefinitions(dir)).toEqual({ traits: [], segments: [], accumulators: [], ranks: [] });
      mkdirSync(path.join(dir, 'traits'));
      writeFileSync(path.join(dir, 'traits/orders.yml'), TRAIT);
      expect(problemsOf(() => loadDefinitions(dir))).toEqual([expect.stringContaining('schemas/traits/orders.yml:1: definitions are files that end in .yaml')]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
