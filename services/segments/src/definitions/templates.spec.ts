import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemasDir } from '@tideway/contracts';
import fc from 'fast-check';
import { runCases } from '../evaluate/run-cases.js';
import { compileMembersSql } from '../sql/members.js';
import { compileTraitsSql } from '../sql/traits.js';
import { loadCatalog } from './catalog.js';
import { parseDefinitions, type DefinitionText, type Definitions } from './load.js';
import { problemsOf, swap } from '../test/problems.js';

const catalog = loadCatalog();
const TRAIT = `name: adds_\${category|snake}_\${days}d
foreach:
  category: [Shoes, Trail Shoes]
  days: [1, 7]
description: \${category} put into the cart in \${days} days
owner: tests
operator: count
over:
  types: [product_added]
  where:
    properties.category: \${category}
window: \${days}d
cases:
  - name: one of \${category}
    activities:
      - { type: product_added, ago: 2h, properties: { category: '\${category}' } }
      - { type: product_added, ago: 2h, properties: { category: Tents } }
    expect: 1
`;
const SEGMENT = `name: fans-of-\${category|slug}
foreach:
  - { category: Shoes, least: 2 }
  - { category: Trail Shoes, least: 1 }
version: 1
description: Wants \${category}
owner: tests
purpose: marketing
when:
  trait: adds_\${category|snake}_7d
  gte: \${least}
cases:
  - name: one of \${category}
    activities:
      - { type: product_added, ago: 2h, properties: { category: '\${category}' } }
    member: true
`;

const trait = (text = TRAIT, file = 'adds_{category}_{days}d') => ({ file: `schemas/traits/${file}.yaml`, text });
const segment = (text = SEGMENT, file = 'fans-of-{category}') => ({ file: `schemas/segments/${file}.yaml`, text });
const parse = (traits: DefinitionText[], segments: DefinitionText[] = []) => parseDefinitions({ traits, segments }, catalog);

describe('a template', () => {
  const definitions = parse([trait()], [segment()]);

  it('makes a definition of every combination of lists, and of every row', () => {
    expect(definitions.traits.map(({ name, description, accumulators: [read] }) => [name, description, read!.window.text, read!.index])).toEqual([
      ['adds_shoes_1d', 'Shoes put into the cart in 1 days', '1d', 0],
      ['adds_shoes_7d', 'Shoes put into the cart in 7 days', '7d', 1],
      ['adds_trail_shoes_1d', 'Trail Shoes put into the cart in 1 days', '1d', 2],
      ['adds_trail_shoes_7d', 'Trail Shoes put into the cart in 7 days', '7d', 3],
    ]);
    expect(definitions.segments.map(({ name, file }) => [name, file])).toEqual([
      ['fans-of-shoes', 'schemas/segments/fans-of-{category}.yaml'], ['fans-of-trail-shoes', 'schemas/segments/fans-of-{category}.yaml'],
    ]);
  });

  it('has its cases run for each definition, named by the combination', () => {
    const results = runCases(definitions);
    expect(results.map(({ name, passed }) => [name, passed])).toEqual([
      ['one of Shoes (with category: Shoes, days: 1)', true],
      ['one of Shoes (with category: Shoes, days: 7)', true],
      ['one of Trail Shoes (with category: Trail Shoes, days: 1)', true],
      ['one of Trail Shoes (with category: Trail Shoes, days: 7)', true],
      ['one of Shoes (with category: Shoes, least: 2)', false],
      ['one of Trail Shoes (with category: Trail Shoes, least: 1)', true],
    ]);
    expect(results.at(-1)).toMatchObject({ file: 'schemas/segments/fans-of-{category}.yaml', line: 13 });
  });

  it('puts a value with its type where it stands alone, a list as well, and texts into keys', () => {
    const text = swap(swap(swap(swap(TRAIT, 'days: [1, 7]', "days: [7]\n  bots: [true]\n  names: [[a, '2']]\n  property: [category]"), 'properties.category: ${category}', 'properties.${property}: ${category}\n    properties.name: ${names}'),
      'cases:', 'include_bots: ${bots}\ncases:'), 'adds_${category|snake}_${days}d', 'adds_${category|snake}');
    const [made] = parse([trait(text, 'adds_{category}')]).accumulators;
    expect(made!.filter.sql).toContain("IN ('a', '2')");
    expect(made!.filter.sql).toContain("properties['category'], NULL) = 'Shoes'");
    expect(made!.filter.sql).not.toContain('is_bot');
  });

  it('leaves a file without foreach as it is', () => {
    const text = 'name: adds\ndescription: all of ${category}\nowner: tests\noperator: count\nover: { types: [product_added] }\nwindow: 1d\n';
    expect(parse([trait(text, 'adds')]).traits).toMatchObject([{ name: 'adds', description: 'all of ${category}' }]);
  });

  it('is explained by examples whose cases come out as they say', () => {
    const exampleOf = (folder: string) => readFileSync(path.join(schemasDir(), folder, 'README.md'), 'utf8').split('```yaml\n').find((block) => block.includes('foreach:'))!.split('```')[0]!;
    const orders = { file: 'orders_1d.yaml', text: readFileSync(path.join(schemasDir(), 'traits/orders_1d.yaml'), 'utf8') };
    const examples = parse([trait(exampleOf('traits'), 'cart_adds_{category}_{days}d'), orders], [segment(exampleOf('segments'), 'cart-abandoners-{category}')]);
    expect(examples.segments.map(({ name }) => name)).toEqual(['cart-abandoners-bags', 'cart-abandoners-dry-suits']);
    const results = runCases(examples).filter(({ file }) => file.includes('{'));
    expect(results.map(({ passed }) => passed)).toEqual(Array(8).fill(true));
  });

  it('of hundreds of segments is read in well under a second', () => {
    const categories = Array.from({ length: 250 }, (_, index) => `Category ${index}`);
    const many = (text: string, list: string) => swap(text, list, `category: ${JSON.stringify(categories)}`);
    const segments = ['a', 'b', 'c', 'd'].map((letter) => segment(
      many(swap(swap(SEGMENT, 'fans-of', letter), '- { category: Shoes, least: 2 }\n  - { category: Trail Shoes, least: 1 }', 'category: []\n  least: [1]'), 'category: []'), `${letter}-{category}`));
    const traits = [trait(swap(many(TRAIT, 'category: [Shoes, Trail Shoes]'), 'days: [1, 7]', 'days: [7]'))];
    // Its own time: whatever else the machine does is not counted.
    const before = process.cpuUsage();
    expect(parse(traits, segments).segments).toHaveLength(1000);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('a template with a mistake', () => {
  it.each([
    // In `foreach`.
    ['[1, 7]', '[1, 7, [[1]]]', 4, '"foreach.days.2" is [[1]]: write a text, a number, true or false, or a list of these'],
    ['[1, 7]', '[1, null]', 4, '"foreach.days.1" is null: write a text, a number, true or false, or a list of these'],
    ['[1, 7]', '[]', 4, '"foreach.days" is []: give it at least one value'],
    ['[1, 7]', '7', 4, '"foreach.days" is 7, it must be a list'],
    ['days: [1, 7]', 'No of days: [1, 7]', 4, 'write its name with small letters, digits and underscores'],
    ['category: [Shoes, Trail Shoes]\n  days: [1, 7]', '[]', 2, '"foreach" is []: give it at least one row'],
    ['category: [Shoes, Trail Shoes]\n  days: [1, 7]', '- { category: Shoes, days: 1 }\n  - { category: Tents }', 4, 'rows have the same keys, and this one and the first differ in days: add it where it is missing'],
    ['[1, 7]', JSON.stringify(Array.from({ length: 251 }, (_, index) => index + 1)), 2, 'this makes 502 definitions, and a file makes at most 500: leave some values out, or write two files'],
    // In the use of its keys.
    ['window: ${days}d', 'window: ${day}d', 12, 'foreach has no "day" for ${day}: write ${category} or ${days}'],
    ['category|snake', 'category|upper', 1, 'there is no filter "upper" for ${category|upper}: use one of slug, snake'],
    ['window: ${days}d', 'window: ${days', 12, '"${days" has a ${ that does not end: write ${key}'],
    ['[1, 7]', '[1, 7]\n  least: [1, 2]', 5, '"least" is not used: write ${least} where its value belongs, or remove it'],
    ['[1, 7]', '[[1, 7]]', 1, '"days" has lists, and a list cannot be part of a text: let ${days} stand alone, or give single values'],
    ['    properties.category: ${category}', '    ${category}: a\n    ${days}: b\n', 11, 'activities have no field "Shoes": name one of type'],
    // In the name.
    ['adds_${category|snake}_${days}d', 'adds', 1, 'the definitions need names of their own: write ${category} into the name, such as "name: adds-${category}"'],
    ['name: adds_${category|snake}_${days}d', '', 1, 'the definitions need names of their own'],
    ['adds_${category|snake}_${days}d', 'adds_${days}d', 1, 'the name is "adds_${days}d" but the file is adds_{category}_{days}d.yaml: call the file adds_{days}d.yaml'],
    ['category|snake', 'category', 1, '"adds_Trail Shoes_1d" cannot be a name: write small letters, digits and underscores, a letter first (it becomes a column in SQL); in a template, ${key|snake} writes a value so (with category: Trail Shoes, days: 1)'],
    ['[Shoes, Trail Shoes]', '[Trail-Shoes, Trail Shoes]', 1, '"adds_trail_shoes_1d" would be the name both (with category: Trail-Shoes, days: 1) and (with category: Trail Shoes, days: 1): give each its own, by the ${...} in the name'],
    // In a definition that it makes.
    ['[1, 7]', '[1, 500]', 12, 'window "500d" is out of range: write a length from 5m to 400d, or all (with category: Shoes, days: 500, and 1 more)'],
    ['expect: 1', 'expects: 1', 18, 'there is no "expects" here: remove it, or check its spelling (with category: Shoes, days: 1, and 3 more)'],
    ['    properties.category: ${category}', '    properties.${category}: a\n    properties.Shoes: b', 10, '"properties.Shoes" would stand here twice: let the keys differ (with category: Shoes, days: 1, and 1 more)'],
  ])('"%s" as "%s" is refused at line %d: %s', (from, to, line, message) => {
    const problems = problemsOf(() => parse([trait(swap(TRAIT, from, to))]));
    expect(problems).toContainEqual(expect.stringContaining(message));
    expect(problems.find((problem) => problem.includes(message))).toContain(`schemas/traits/adds_{category}_{days}d.yaml:${line}: `);
  });

  it('says so once per line and message, and of many messages on a line the first three', () => {
    const text = swap(TRAIT, '[1, 7]', `[${Array.from({ length: 40 }, (_, index) => index + 500).join(', ')}]`);
    expect(problemsOf(() => parse([trait(text)])).map((problem) => problem.split('.yaml:')[1])).toEqual([
      expect.stringContaining('12: window "500d" is out of range'), expect.stringContaining('12: window "501d" is out of range'), expect.stringContaining('12: window "502d" is out of range'),
      '12: 37 more problems of other combinations on this line: mend these first',
    ]);
  });

  it('is told at the line of the key that has the placeholder', () => {
    const text = swap(TRAIT, 'properties.category: ${category}', 'currency: EUR\n    touch.${category}: a');
    expect(problemsOf(() => parse([trait(text)]))[0]).toContain('{days}d.yaml:12: activities have no field "touch.Shoes"');
  });

  it('does not make a segment look wrong that names one of its traits', () => {
    for (const mistake of ['days: [[[1]]]', 'days: [1, 500]', 'days: [7]\n  least: [1]']) {
      const problems = problemsOf(() => parse([trait(swap(TRAIT, 'days: [1, 7]', mistake))], [segment()]));
      expect(problems.filter((problem) => !problem.startsWith('schemas/traits/'))).toEqual(mistake === 'days: [1, 500]' ? [expect.stringContaining('there is no trait "adds_shoes_7d"'), expect.anything()] : []);
    }
  });

  it('cannot make what another file has', () => {
    const single = swap(SEGMENT.slice(SEGMENT.indexOf('version')), '${least}', '1').replaceAll('${category|snake}', 'shoes');
    expect(problemsOf(() => parse([trait()], [segment(), segment(`name: fans-of-shoes\n${single}`, 'fans-of-shoes')]))).toEqual([
      'schemas/segments/fans-of-shoes.yaml:1: "fans-of-shoes" is defined in schemas/segments/fans-of-{category}.yaml already: remove or rename one of them',
    ]);
  });
});

describe('definitions of a template', () => {
  /** With placeholders for values, a template; with values, what somebody would write by hand. */
  const written = (v: { name: string; slug: string; snake: string; days: unknown; least: unknown }) => ({
    trait: {
      name: `adds_${v.snake}_${v.days}d`, description: `${v.name} in ${v.days} days`, owner: 'tests', operator: 'count', window: `${v.days}d`,
      over: { types: ['product_added'], where: { 'properties.category': v.name } },
    },
    segment: {
      name: `fans-${v.slug}-${v.days}-${v.least}`, version: v.days, description: `Wants ${v.name}`, owner: 'tests', purpose: 'marketing',
      when: { any: [{ trait: `adds_${v.snake}_${v.days}d`, gte: v.least }, { not: { trait: `adds_${v.snake}_${v.days}d`, lt: v.least } }] },
      cases: [{ name: `no ${v.name}`, activities: [{ type: 'product_added', ago: '2h', properties: { category: v.name } }], member: true }],
    },
  });
  const meaning = (definitions: Definitions) => ({
    sql: [compileMembersSql(definitions, { activities: 'a' })(), compileTraitsSql(definitions, { activities: 'a' })],
    told: [...definitions.traits, ...definitions.segments].map(({ name, description }) => [name, description]),
    cases: runCases(definitions).map(({ expected, actual }) => [expected, actual]),
  });
  const inFile = (folder: string, name: string, document: object) => ({ file: `schemas/${folder}/${name}.yaml`, text: JSON.stringify(document) });

  it('are the same that one would write by hand', () => {
    const word = fc.stringMatching(/^[A-Z][a-z]{0,3}$/);
    const category = fc.tuple(word, fc.constantFrom(' ', '-', ' & ', "'", ': '), word).map((parts) => ({ name: parts.join(''), words: [parts[0].toLowerCase(), parts[2].toLowerCase()] }));
    const lists = fc.record({
      categories: fc.uniqueArray(category, { minLength: 1, maxLength: 4, selector: ({ words }) => words.join(' ') }),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
      leasts: fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(fc.property(lists, ({ categories, days, leasts }) => {
      const template = written({ name: '${category}', slug: '${category|slug}', snake: '${category|snake}', days: '${days}', least: '${least}' });
      const foreach = { category: categories.map(({ name }) => name), days };
      const expanded = parse(
        [inFile('traits', 'adds_{category}_{days}d', { ...template.trait, foreach })],
        [inFile('segments', 'fans-{category}-{days}-{least}', { ...template.segment, foreach: { ...foreach, least: leasts } })],
      );
      const singles = categories.flatMap(({ name, words }) => days.flatMap((day) => leasts.map((least) => written({ name, slug: words.join('-'), snake: words.join('_'), days: day, least }))));
      const traits = new Map(singles.map(({ trait: one }) => [one.name, inFile('traits', one.name, one)]));
      const byHand = parse([...traits.values()], singles.map(({ segment: one }) => inFile('segments', one.name, one)));
      expect(meaning(expanded)).toEqual(meaning(byHand));
    }), { numRuns: 50 });
  });
});
