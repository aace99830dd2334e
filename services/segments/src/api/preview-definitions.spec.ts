import { describe, expect, it } from '@jest/globals';
import { compileMembersSql, DefinitionError, loadCatalog, parseDefinitions, type Definitions } from '../evaluate/index.js';
import { previewDefinitions } from './preview-definitions.js';

const trait = (name: string, type = 'order_completed') => ({ file: `schemas/traits/${name}.yaml`, text: `name: ${name}\ndescription: d\nowner: o\noperator: count\nover: { types: [${type}] }\nwindow: 30d\n` });
const segment = (name: string, when: string) => `name: ${name}\nversion: 1\ndescription: d\nowner: o\npurpose: marketing\nwhen: ${when}\n`;
const saved = {
  catalog: loadCatalog(),
  texts: { traits: [trait('orders'), trait('views', 'product_viewed')], segments: [{ file: 'schemas/segments/buyers.yaml', text: segment('buyers', '{ trait: orders, gte: 1 }') }] },
};

const sqlOf = (definitions: Definitions) => compileMembersSql(definitions, { activities: 'activities' })();

function problemsOf(text: string): readonly unknown[] {
  try {
    previewDefinitions(saved, text);
    return [];
  } catch (error) {
    return (error as DefinitionError).problems;
  }
}

describe('a preview', () => {
  it('has the segment of the text alone, on traits that are saved', () => {
    const { segments, traits } = previewDefinitions(saved, segment('lookers', '{ trait: views, gte: 3 }'));
    expect(segments.map(({ name }) => name)).toEqual(['lookers']);
    expect(traits.map(({ name }) => name)).toEqual(['views']);
  });

  it('takes the place of the saved segment of its name', () => {
    const changed = previewDefinitions(saved, segment('buyers', '{ trait: orders, gte: 5 }'));
    expect(sqlOf(changed)).toContain('>= 5');
  });

  it('may bring traits of its own, as documents before and behind it', () => {
    const text = `${trait('carts', 'product_added').text}---\n${segment('cart-lookers', '{ all: [{ trait: carts, gte: 1 }, { trait: views, gte: 1 }] }')}`;
    expect(previewDefinitions(saved, text).traits.map(({ name }) => name)).toEqual(['carts', 'views']);
  });

  it('has all segments of a template, which may name traits of one, in place of the saved ones', () => {
    const when = '{ trait: "${kind}_${days}d", gte: 1 }';
    const rows = 'foreach:\n  - { kind: orders, days: 7 }\n  - { kind: views, days: 30 }\n';
    const template = { file: 'schemas/segments/recent-{kind}-{days}.yaml', text: `${rows}${segment('recent-${kind|slug}-${days}', when)}` };
    const traits = `${rows}${trait('${kind}_${days}d').text}`;
    expect(previewDefinitions({ ...saved, texts: { ...saved.texts, segments: [...saved.texts.segments, template] } }, `${traits}---\n${template.text}`).segments.map(({ name }) => name)).toEqual(['recent-orders-7', 'recent-views-30']);
  });

  it('is the same as JSON', () => {
    const json = JSON.stringify({ name: 'lookers', version: 1, description: 'd', owner: 'o', purpose: 'marketing', when: { trait: 'views', gte: 3 } }, undefined, 2);
    expect(previewDefinitions(saved, json).segments.map(({ name }) => name)).toEqual(['lookers']);
  });

  it('tells problems with the line of the text, with all names that there are', () => {
    const text = `${trait('carts', 'product_added').text}---\n${segment('lookers', '\n  all:\n    - { trait: vews, gte: 3 }')}`;
    expect(problemsOf(text)).toEqual([{ file: 'schemas/segments/lookers.yaml', line: 15, message: expect.stringMatching(/no trait "vews".*carts, orders, views/) }]);
  });

  it.each([
    ['no YAML', 'name: [', /not valid YAML/],
    ['nothing', '', /no segment in it/],
    ['a trait alone', trait('carts').text, /no segment in it/],
    ['a text', 'buyers', /"the file" is "buyers"/],
    ['no name', 'version: 1', /"name" is missing/],
  ])('that is %s says what to write', (_, text, message) => {
    expect(problemsOf(text)[0]).toEqual({ file: expect.stringContaining('schemas/segments/'), line: expect.any(Number), message: expect.stringMatching(message) });
  });

  it('compiles as the saved file would', () => {
    const text = segment('lookers', '{ trait: views, gte: 3 }');
    const filed = parseDefinitions({ traits: saved.texts.traits, segments: [{ file: 'schemas/segments/lookers.yaml', text }] }, saved.catalog);
    expect(sqlOf(previewDefinitions(saved, text))).toBe(sqlOf(filed));
  });
});
