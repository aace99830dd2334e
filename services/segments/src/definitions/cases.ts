// `cases` of a definition: small histories and what the definition must make of them. They document it, and a test runs them.
import { z } from 'zod';
import type { Catalog } from './catalog.js';
import type { Activity } from './fields.js';
import { instantOf } from './kinds.js';
import { suggestion, type Path, type SourceFile } from './source.js';
import { ACTIVITY_TYPE, DURATION, INSTANT, PRODUCT } from './vocabulary.js';
import { parseDuration } from './windows.js';

interface Case {
  name: string;
  line: number;
  /** Evaluation time in ms. */
  now: number;
  activities: readonly Activity[];
  /** By the name of a score. */
  boundaries: Readonly<Record<string, readonly number[]>>;
}

export interface TraitCase extends Case {
  expect: string | number | null;
}

export interface SegmentCase extends Case {
  member: boolean;
}

/** A Thursday at noon, for cases to which the time of day does not matter. */
const DEFAULT_NOW = '2026-01-15T12:00:00Z';
const optionalText = z.string().nullish().transform((text) => text ?? null);

const ACTIVITY = z.strictObject({
  type: ACTIVITY_TYPE,
  product: PRODUCT.optional().meta({ description: 'Default: the first product that gives activities of this type' }),
  ago: DURATION.optional().meta({ description: 'It happened so long before the evaluation, such as 2d' }),
  in: DURATION.optional().meta({ description: 'It happens so long after the evaluation, such as 1h' }),
  at: INSTANT.optional().meta({ description: 'It happened at this instant, such as 2026-01-15T11:00:00Z' }),
  identifier: z.string().default('user_id:case'),
  session_id: optionalText,
  campaign_id: optionalText,
  message_id: optionalText,
  order_id: optionalText,
  currency: optionalText,
  value_micros: z.int().nullish().transform((value) => value ?? null),
  is_bot: z.boolean().default(false),
  is_machine: z.boolean().default(false),
  properties: z.record(z.string(), z.string()).default({}),
  items: z.array(z.strictObject({ product_id: z.string(), name: optionalText, brand: optionalText, category: optionalText })).default([]),
  touch: z.strictObject({ channel: z.string(), source: optionalText, medium: optionalText, campaign: optionalText, content: optionalText, term: optionalText, click_id_type: optionalText, click_id: optionalText }).nullable().default(null),
});

const BASE = {
  name: z.string().min(1).meta({ description: 'What the case shows' }),
  now: INSTANT.default(DEFAULT_NOW).meta({ description: 'The time of the evaluation' }),
  activities: z.array(ACTIVITY).meta({ description: 'What the person did, in any order' }),
  boundaries: z.record(z.string(), z.array(z.int())).optional().meta({ description: 'By trait that is a score: the boundaries between its shares, ascending; without them nobody has a score' }),
};
export const TRAIT_CASE = z.strictObject({
  ...BASE,
  expect: z.union([z.string(), z.int(), z.null()]).meta({ description: 'The value to expect; null where there is none' }),
});
export const SEGMENT_CASE = z.strictObject({
  ...BASE,
  member: z.boolean().meta({ description: 'Whether the person is a member' }),
  consent: z.enum(['granted', 'denied', 'withdrawn', 'none']).default('granted')
    .meta({ description: "The decision for the segment's purpose, taken long before; none: the activities tell" }),
});

const CASES = 'Small histories with the answer to expect; a test runs them';
/** Lists of cases, each of which is checked by itself. */
export const TRAIT_CASES = z.array(z.unknown().meta({ id: 'trait_case' })).meta({ description: CASES });
export const SEGMENT_CASES = z.array(z.unknown().meta({ id: 'segment_case' })).meta({ description: CASES });

/** The profile that all cases are about. */
export const PROFILE = '00000000-0000-4000-8000-000000000000';
const CONSENT_AGE = '500d';

export function compileTraitCases(cases: readonly unknown[], source: SourceFile, catalog: Catalog): TraitCase[] {
  return cases.flatMap((raw, index) => {
    const at = ['cases', index];
    const checked = source.check(TRAIT_CASE, raw, at);
    return checked ? [{ ...history(checked, at, source, catalog), expect: checked.expect }] : [];
  });
}

export function compileSegmentCases(cases: readonly unknown[], { purpose, channel }: { purpose: string; channel: string }, source: SourceFile, catalog: Catalog): SegmentCase[] {
  return cases.flatMap((raw, index) => {
    const at = ['cases', index];
    const checked = source.check(SEGMENT_CASE, raw, at);
    if (!checked) return [];
    const consent = { type: `consent_${checked.consent}`, ago: CONSENT_AGE, properties: { purpose, channel } };
    // At the end, so that the others keep their position, which messages name.
    const activities = checked.consent === 'none' ? checked.activities : [...checked.activities, ACTIVITY.parse(consent)];
    return [{ ...history({ ...checked, activities }, at, source, catalog), member: checked.member }];
  });
}

function history(raw: { name: string; now: string; activities: z.infer<typeof ACTIVITY>[]; boundaries?: Record<string, number[]> }, at: Path, source: SourceFile, catalog: Catalog): Case {
  const now = instantOf(raw.now);
  if (now === undefined) source.report([...at, 'now'], `"${raw.now}" is no instant: write one such as ${DEFAULT_NOW}`);
  const activities = raw.activities.map((activity, index) => toActivity(activity, index, now ?? 0, [...at, 'activities', index], source, catalog));
  return { name: raw.name + source.which, line: source.lineOf(at), now: now ?? 0, activities, boundaries: raw.boundaries ?? {} };
}

function toActivity(raw: z.infer<typeof ACTIVITY>, index: number, now: number, at: Path, source: SourceFile, catalog: Catalog): Activity {
  const { ago, in: ahead, at: instant, product, items, ...fields } = raw;
  if (!catalog.types.has(raw.type)) {
    source.report([...at, 'type'], `there is no activity type "${raw.type}": name one of ${suggestion(raw.type, [...catalog.types])}`);
  }
  const occurred_at = momentOf({ ago, ahead, instant }, now);
  if (occurred_at === undefined) source.report(at, 'an activity happens at one time: write "ago: 2d", "in: 1h" or "at: 2026-01-15T11:00:00Z"');
  const first = [...catalog.products].find(([, types]) => types.includes(raw.type))?.[0];
  return {
    ...fields,
    items: items.map((item) => ({ ...item, price_micros: null, quantity: 1 })),
    product: product ?? first ?? '',
    profile_id: PROFILE,
    activity_id: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
    occurred_at: occurred_at ?? 0,
    received_at: occurred_at ?? 0,
    origin: `cases:0:${index}`,
  };
}

function momentOf({ ago, ahead, instant }: { ago?: string; ahead?: string; instant?: string }, now: number): number | undefined {
  const given = [ago, ahead, instant].filter((text) => text !== undefined);
  if (given.length !== 1) return undefined;
  if (instant !== undefined) return instantOf(instant);
  const length = parseDuration(given[0]!);
  return length === undefined ? undefined : now + (ago === undefined ? length : -length);
}
