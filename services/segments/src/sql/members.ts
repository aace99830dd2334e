// The SQL compiler, segments: who is a member of what at a time, in one pass over the activities.
import { millisecondsSql } from '../definitions/fields.js';
import type { Definitions } from '../definitions/load.js';
import type { Segment } from '../definitions/segment.js';
import type { Accumulator } from '../evaluate/accumulator.js';
import { consentSql, CONSENT_TYPES, scopeKey, type Scope } from '../evaluate/consents.js';
import type { Columns } from '../operators/conditions/operator.js';
import { sqlName, sqlText } from './literal.js';
import type { Trait } from '../definitions/trait.js';
import { accumulatorColumns, columnOf, type ActivitiesSource } from './traits.js';

/**
 * Compiles queries for (profile_id, segment), a row per membership at the query parameter {now:Int64}, in ms.
 * The function it gives takes the name of a segment, or none for all of them.
 * @throws RangeError (the function) where there is no such segment.
 */
export function compileMembersSql({ segments }: Pick<Definitions, 'segments'>, source: ActivitiesSource): (segment?: string) => string {
  return (name) => {
    const asked = name === undefined ? segments : segments.filter((segment) => segment.name === name);
    if (name !== undefined && asked.length === 0) throw new RangeError(`there is no segment "${name}": schemas/segments has ${segments.map((s) => s.name).join(', ')}`);
    return membersSql(asked, source);
  };
}

/** What conditions of segments are written over: columns of a query that groups a profile's rows. */
export interface ProfileColumns {
  accumulators: readonly Accumulator[];
  /** Expressions with their names, profile_id among them. */
  selected: string[];
  /** The same over these: traits that are worked out from others, once however many segments compare them. */
  derived: string[];
  columns: Columns;
  /** Names of the columns of consents. */
  consents: string[];
}

/** The columns that the conditions of these segments read. */
export function profileColumns(segments: readonly Segment[]): ProfileColumns {
  const accumulators = unique(segments.flatMap(({ condition }) => condition.accumulators));
  const scopes = new Map(segments.flatMap((segment): Scope[] => [segment, ...segment.condition.scopes]).map((scope) => [scopeKey(scope), scope]));
  const derived = unique(segments.flatMap(({ condition }) => condition.traits ?? [])).filter(({ window }) => window === null);
  const consentColumn = new Map([...scopes.keys()].map((key, index) => [key, `consent_${index}`]));
  return {
    accumulators,
    selected: ['profile_id', ...accumulatorColumns(accumulators), ...[...scopes].map(([key, scope]) => `${consentSql(scope)} AS ${consentColumn.get(key)!}`)],
    derived: derived.map((trait) => `${trait.sql(columnOf)} AS ${derivedColumn(trait)}`),
    columns: { of: columnOf, value: (trait) => (trait.window === null ? derivedColumn(trait) : trait.sql(columnOf)), consent: (scope) => consentColumn.get(scopeKey(scope))! },
    consents: [...consentColumn.values()],
  };
}

/**
 * Looking for comparisons that follow from others took half of the planning of 239 segments, and finds none
 * (https://clickhouse.com/docs/reference/settings/session-settings/optimize-and-compare-chain).
 */
export const MANY_CONDITIONS = 'SETTINGS optimize_and_compare_chain = 0';

const derivedColumn = ({ name }: Trait) => sqlName(`derived_${name}`);

/** A row per profile with these columns, and `more`, over the rows of `activities` that satisfy `condition`. */
export function profilesSql({ selected, derived }: ProfileColumns, more: readonly string[], { activities }: ActivitiesSource, condition: string): string {
  const grouped = [
    `(\n  SELECT ${[...selected, ...more].join(',\n    ')}`,
    `  FROM ${activities}`,
    `  WHERE ${condition}`,
    '  GROUP BY profile_id\n)',
  ].join('\n');
  return derived.length === 0 ? grouped : `(SELECT *,\n    ${derived.join(',\n    ')}\n  FROM ${grouped})`;
}

function membersSql(segments: readonly Segment[], source: ActivitiesSource): string {
  const profile = profileColumns(segments);
  const { accumulators, columns } = profile;
  const conditions = segments.map((segment) => `${columns.consent(segment)} AND ${segment.condition.sql(columns)}`);
  return [
    'SELECT profile_id, arrayJoin(arrayFilter((name, member) -> member,',
    `  CAST([${segments.map(({ name }) => sqlText(name)).join(', ')}], 'Array(String)'),`,
    `  CAST([${conditions.join(',\n    ')}], 'Array(Bool)'))) AS segment`,
    `FROM ${profilesSql(profile, [], source, readSql(accumulators))}`,
    MANY_CONDITIONS,
  ].join('\n');
}

/** Rows that nothing reads, or that no window holds, are left out early; every member has a consent, so no member is lost. */
function readSql(accumulators: readonly Accumulator[]): string {
  return [ofTypesSql(CONSENT_TYPES), ...inWindowsSql(accumulators)].join(' OR ');
}

/** Rows that these read, in their windows: one of these conditions holds for each. */
export function inWindowsSql(accumulators: readonly Accumulator[]): string[] {
  const windowOf = ({ window }: Accumulator) => window.sql(millisecondsSql('occurred_at'));
  return [...Map.groupBy(accumulators, windowOf)].map(([inWindow, those]) => `(${kindsSql(those)} AND ${inWindow})`);
}

/** Rows of the kinds that these read, or that are consents, whenever they were. */
export function relevantSql(accumulators: readonly Accumulator[]): string {
  return accumulators.length === 0 ? ofTypesSql(CONSENT_TYPES) : `(${ofTypesSql(CONSENT_TYPES)} OR ${kindsSql(accumulators)})`;
}

export const ofTypesSql = (types: readonly string[]) => `type IN (${types.map(sqlText).join(', ')})`;

/** Rows of the kinds that these read. There is at least one. */
export function kindsSql(accumulators: readonly Accumulator[]): string {
  const types = unique(accumulators.flatMap(({ filter }) => filter.types ?? []));
  const products = unique(accumulators.flatMap(({ filter }) => (filter.types ? [] : [filter.product!])));
  return `(${[...(types.length > 0 ? [ofTypesSql(types)] : []), ...(products.length > 0 ? [`product IN (${products.map(sqlText).join(', ')})`] : [])].join(' OR ')})`;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
