// Random definitions for property tests: every operator, comparison and kind of field, nested conditions, hostile texts.
import fc from 'fast-check';
import { PERIOD_NAMES } from '../definitions/calendar.js';
import { loadCatalog } from '../definitions/catalog.js';
import { parseDefinitions, type Definitions } from '../definitions/load.js';

const catalog = loadCatalog();

/** Types that random activities have as well, with the product of each. */
export const TYPES = {
  product_viewed: 'web.ecommerce-events',
  order_completed: 'web.orders',
  page_viewed: 'web.page-views',
  contact_stage_changed: 'crm.contact-changes',
  profile_merged: 'customer.identities',
} as const;
type TypeName = keyof typeof TYPES;

/** Texts that break careless SQL, that look like numbers, that sort differently in UTF-16 and in UTF-8. */
export const TEXTS = ['a', 'b', '', "it's", "' OR 1=1 --", '\\', "\\'", '{now:Int64}', 'line\nbreak', '\0', 'ü', '😀', '\uffff', 'NULL', '%', '3', '2.5', '-4', '007', '1e3', '12\n', '0.000001', '999999999999.999999'];
export const KEYS = ['stage', "it's", 'constructor', 'a.b'];

const text = fc.constantFrom(...TEXTS);
const propertyName = fc.constantFrom(...KEYS).map((key) => `properties.${key}`);
const textField = fc.oneof(propertyName, fc.constantFrom('type', 'session_id', 'order_id', 'campaign_id', 'currency', 'touch.channel', 'touch.source', 'touch.campaign'));
const itemField = fc.constantFrom('items.product_id', 'items.category');
const itemText = fc.constantFrom('', 'Boats', 'Bags', 'p-1', "p'3");
const micros = fc.constantFrom(-5_000_000, -1, 0, 1, 4_000_000, 9_007_199_254_740_991);
const instant = fc.integer({ min: -400, max: 5 }).map((days) => new Date(BASE + days * 86_400_000).toISOString());
const ordering = fc.constantFrom('gt', 'gte', 'lt', 'lte');

/** The time that random histories and evaluations are near to: a multiple of every size of bucket. */
export const BASE = 20_460 * 86_400_000;

const compareText = fc.oneof(
  text,
  fc.record({ eq: text }),
  fc.record({ ne: text }),
  fc.array(text, { minLength: 1, maxLength: 3 }),
  fc.record({ exists: fc.boolean() }),
);
const compareSize = <T>(operand: fc.Arbitrary<T>) => fc.tuple(ordering, operand).map(([name, value]) => ({ [name]: value }));

const where = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.tuple(textField, compareText).map(([field, compared]) => ({ [field]: compared })) },
  { weight: 1, arbitrary: fc.tuple(itemField, fc.oneof(itemText, fc.record({ in: fc.array(itemText, { minLength: 1, maxLength: 2 }) }))).map(([field, compared]) => ({ [field]: compared })) },
  { weight: 1, arbitrary: fc.tuple(propertyName, compareSize(fc.constantFrom(-4, 0, 2.5, 3, 1e-6, 999999999999))).map(([field, compared]) => ({ [field]: compared })) },
  { weight: 1, arbitrary: fc.oneof(compareSize(micros), fc.record({ in: fc.array(micros, { minLength: 1 }) }), fc.record({ exists: fc.boolean() })).map((value_micros) => ({ value_micros })) },
  { weight: 1, arbitrary: compareSize(instant).map((occurred_at) => ({ occurred_at })) },
  { weight: 1, arbitrary: fc.boolean().map((is_bot) => ({ is_bot })) },
);

const over = fc.tuple(fc.subarray(Object.keys(TYPES) as TypeName[], { minLength: 1 }), fc.boolean(), where).map(([types, byProduct, filter]) => ({
  ...(byProduct ? { product: TYPES[types[0]!] } : { types }),
  ...(Object.keys(filter).length > 0 ? { where: filter } : {}),
}));

const AMOUNTS = ['sum', 'average', 'min', 'max'];
const operation = fc.oneof(
  fc.record({ operator: fc.constant('count') }),
  fc.record({ operator: fc.constantFrom(...AMOUNTS), field: fc.oneof(fc.constant('value_micros'), propertyName) }),
  fc.record({ operator: fc.constantFrom('first', 'latest'), field: fc.oneof(textField, fc.constantFrom('value_micros', 'occurred_at')) }),
  fc.record({ operator: fc.constantFrom('distinct_count', 'most_frequent'), field: fc.oneof(textField, itemField) }),
  fc.record({ operator: fc.constant('time_since'), unit: fc.constantFrom('minutes', 'hours', 'days') }),
  fc.constantFrom({ new: '2m', active: '10m', lapsed: '60m' }, { new: '30d', active: '7d', lapsed: '90d' }).map((lengths) => ({ operator: 'lifecycle', ...lengths })),
);
/** Half hours, clocks that change at midnight, the days that begin first and last. */
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Africa/Cairo', 'Asia/Beirut', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'Pacific/Niue'];
const window = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('5m', '7m', '90m', '1h', '1d', '3d', '7d', '30d', '90d', '365d', '400d', 'all').map((length) => ({ window: length })) },
  { weight: 1, arbitrary: fc.record({ window: fc.constantFrom(...PERIOD_NAMES), time_zone: fc.constantFrom(...ZONES) }) },
);

interface TraitDocument {
  name: string;
  operator: string;
  field?: string;
}

const trait = (name: string): fc.Arbitrary<TraitDocument> => fc.tuple(operation, over, window, fc.boolean()).map(([operated, looked, during, bots]) => {
  // Money is of one currency: see amounts.ts.
  const isMoney = AMOUNTS.includes(operated.operator) && 'field' in operated && operated.field === 'value_micros';
  const money = isMoney ? { ...looked, where: { ...('where' in looked ? looked.where : {}), currency: 'EUR' } } : looked;
  return { name, description: 'random', owner: 'tests', ...operated, over: money, ...during, include_bots: bots };
});

const RATIONAL = ['count', 'distinct_count', 'ratio', ...AMOUNTS];

/** These traits with two ratios more, where there is anything to divide; the second may read the first. */
function withRatios(traits: readonly TraitDocument[], name = 'ratio_0'): fc.Arbitrary<TraitDocument[]> {
  const numbers = traits.filter(({ operator }) => RATIONAL.includes(operator)).map((one) => one.name);
  if (numbers.length === 0) return fc.constant([...traits]);
  return fc.record({ of: fc.constantFrom(...numbers), to: fc.constantFrom(...numbers) })
    .map((read) => [...traits, { name, description: 'random', owner: 'tests', operator: 'ratio', ...read }])
    .chain((all) => (name === 'ratio_0' ? withRatios(all, 'ratio_1') : fc.constant(all)));
}

const SCORED = [...RATIONAL, 'time_since'];

/** These traits with a score of one of them, where one can be scored. */
function withScore(traits: readonly TraitDocument[]): fc.Arbitrary<TraitDocument[]> {
  const names = traits.filter(({ operator, field }) => SCORED.includes(operator) || (operator === 'latest' && field === 'occurred_at')).map((one) => one.name);
  if (names.length === 0) return fc.constant([...traits]);
  return fc.record({ of: fc.constantFrom(...names), into: fc.constantFrom(2, 5), best: fc.constantFrom('highest', 'lowest') })
    .map((settings) => [...traits, { name: 'score_0', description: 'random', owner: 'tests', operator: 'score', ...settings }]);
}

/** Boundaries among which random values are, that hold from before and from within the times of random evaluations. */
function learnBoundaries({ ranks }: Definitions): void {
  for (const rank of ranks) {
    const isTime = rank.trait.kind === 'time';
    const at = (effectiveAt: number, step: number) => ({ effectiveAt, values: Array.from({ length: rank.into - 1 }, (_, index) => (isTime ? BASE - 90 * 86_400_000 / (index + step) : index * step)) });
    rank.learn([at(BASE - 91 * 86_400_000, 1), at(BASE - 60_000, 2)]);
  }
}

const SMALL = fc.integer({ min: 0, max: 4 });
const stage = fc.constantFrom('new', 'active', 'at_risk', 'lapsed', 'won_back');
const DECIMALS = fc.constantFrom(-1, 0, 0.000001, 0.333333, 0.5, 1, 2.5, 3);
const NUMBERS: Readonly<Record<string, fc.Arbitrary<number>>> = { score: fc.integer({ min: 1, max: 5 }), count: SMALL, distinct_count: SMALL, time_since: fc.constantFrom(0, 1, 2, 30, 60, 90, 396), ratio: DECIMALS };

/** Comparisons that suit the value of a trait. */
function operandOf({ operator, field }: TraitDocument): fc.Arbitrary<object> {
  const exists = fc.record({ exists: fc.boolean() });
  const chooses = operator === 'first' || operator === 'latest';
  if (chooses && field === 'occurred_at') return fc.oneof(compareSize(instant), exists);
  if (operator === 'lifecycle') return fc.oneof(fc.record({ eq: stage }), fc.record({ in: fc.array(stage, { minLength: 1 }) }), exists);
  if (operator === 'most_frequent' || (chooses && field !== 'value_micros')) return fc.oneof(fc.record({ eq: text }), fc.record({ ne: text }), fc.record({ in: fc.array(text, { minLength: 1 }) }), exists);
  const number = NUMBERS[operator] ?? (field === 'value_micros' ? micros : DECIMALS);
  return fc.oneof(compareSize(number), fc.record({ eq: number }), fc.record({ ne: number }), fc.record({ gte: number, lt: number }), exists);
}

// Most steps match much and most exclusions little: else few random histories would have a sequence.
const types = Object.keys(TYPES) as TypeName[];
const happened = fc.oneof({ weight: 3, arbitrary: fc.subarray(types, { minLength: 3 }).map((some) => ({ types: some })) }, { weight: 1, arbitrary: over });
const missed = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...types).map((type) => ({ types: [type] })) }, { weight: 1, arbitrary: over });
const step = (length: fc.Arbitrary<string>) => fc.tuple(happened, fc.option(length, { nil: undefined }))
  .map(([activities, within]) => ({ ...activities, ...(within === undefined ? {} : { within }) }));
const exclusion = missed.map((not) => ({ not }));

/** Lengths of the times between random activities, a millisecond off an edge or not. */
const lengths = { short: ['30s', '1m', '2m', '5m'], long: ['1m', '90m', '1d', '7d', '300d'] } as const;
/** Windows, and lengths that fit into them. */
const span = fc.constantFrom(
  { window: '10m', length: fc.constantFrom(...lengths.short) },
  { window: '91m', length: fc.constantFrom(...lengths.short, '90m') },
  { window: '7d', length: fc.constantFrom(...lengths.short, '90m', '1d', '6d') },
  { window: '400d', length: fc.constantFrom(...lengths.long) },
);

const sequence = span.chain(({ window, length }) => {
  const following = fc.tuple(fc.option(exclusion, { nil: undefined }), step(length)).map(([between, next]) => (between ? [between, next] : [next]));
  const ending = fc.option(fc.tuple(missed, length).map(([not, time]) => ({ not, for: time })), { nil: undefined });
  return fc.tuple(happened, fc.array(following, { maxLength: 3 }), ending)
    .map(([first, rest, end]) => [first, ...rest.flat(), ...(end ? [end] : [])])
    .filter((steps) => steps.length >= 2)
    .map((steps) => ({ sequence: steps, window }));
});
const absence = span.chain(({ window, length }) => fc.record({ of: missed, after: happened, for: length, window: fc.constant(window) }).map((absent) => ({ absence: absent })));
const split = fc.tuple(text.filter((name) => name !== ''), fc.constantFrom([0, 50], [0.01, 33.33], [25, 100], [0, 100])).map(([name, [from, to]]) => ({ split: { name, from, to } }));
const period = fc.constantFrom([-30, 0], [-1, 2], [0, 400], [-400, -365]).chain(([from, until]) => {
  const at = (days: number | undefined) => new Date(BASE + days! * 86_400_000).toISOString();
  return fc.constantFrom({ from: at(from) }, { until: at(until) }, { from: at(from), until: at(until) });
});

/** @param segments names of segments that it may depend on */
function condition(traits: readonly TraitDocument[], segments: readonly string[]): fc.Arbitrary<object> {
  const compared = fc.constantFrom(...traits).chain((one) => operandOf(one).map((operand) => ({ trait: one.name, ...operand })));
  return fc.letrec<{ node: object; leaf: object }>((tie) => ({
    leaf: fc.oneof(
      { weight: 6, arbitrary: compared },
      { weight: 4, arbitrary: sequence },
      { weight: 2, arbitrary: absence },
      { weight: 1, arbitrary: split },
      { weight: 1, arbitrary: period.map((during) => ({ during })) },
      ...(segments.length === 0 ? [] : [{ weight: 2, arbitrary: fc.constantFrom(...segments).map((segment) => ({ segment })) }]),
    ),
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      tie('node').map((not) => ({ not })),
    ),
  })).node;
}

export const SCOPES = [{ purpose: 'personalization', channel: 'any' }, { purpose: 'marketing', channel: 'any' }, { purpose: 'marketing', channel: 'email' }] as const;

/** Earlier ones may depend on later ones. */
const SEGMENTS = ['segment-0', 'segment-1', 'segment-2'];

/** What definitions look like before they are compiled. */
export const documents = fc.tuple(...[0, 1, 2, 3].map((index) => trait(`trait_${index}`))).chain((traits) => withRatios(traits)).chain(withScore).chain((traits) =>
  fc.tuple(...[0, 1, 2].map((index) => fc.tuple(condition(traits, SEGMENTS.slice(index + 1)), fc.constantFrom(...SCOPES), fc.option(period, { nil: undefined, freq: 8 })).map(([when, scope, valid]) =>
    ({ name: SEGMENTS[index]!, version: 1, description: 'random', owner: 'tests', ...scope, ...(valid ? { valid } : {}), when }),
  ))).map((segments) => ({ traits, segments })));

/** Definitions of four traits, up to two ratios of them and three segments, and the documents that they are made of. */
export const definitionsArbitrary: fc.Arbitrary<Definitions> = documents.map(({ traits, segments }) => {
  const toText = (folder: string) => (document: { name: string }) => ({ file: `${folder}/${document.name}.yaml`, text: JSON.stringify(document) });
  const definitions = parseDefinitions({ traits: traits.map(toText('traits')), segments: segments.map(toText('segments')) }, catalog);
  learnBoundaries(definitions);
  // What a counterexample shows.
  return Object.assign(definitions, { [fc.toStringMethod]: () => JSON.stringify({ traits, segments }, undefined, 1) });
});
