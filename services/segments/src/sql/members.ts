// The SQL compiler, segments: who is a member of what at a time, in one pass over the activities.
import { millisecondsSql } from '../definitions/fields.js';
import type { Definitions } from '../definitions/load.js';
import type { Segment } from '../definitions/segment.js';
import type { Trait } from '../definitions/trait.js';
import { windowSql } from '../definitions/windows.js';
import { consentSql, CONSENT_TYPES } from '../evaluate/consents.js';
import { sqlText } from './literal.js';
import { traitColumn, traitSql, type ActivitiesSource } from './traits.js';

type Scope = Pick<Segment, 'purpose' | 'channel'>;

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

function membersSql(segments: readonly Segment[], { activities }: ActivitiesSource): string {
  const traits = unique(segments.flatMap(({ condition }) => condition.leaves.map(({ trait }) => trait)));
  const scopes = new Map(segments.map((segment): [string, Scope] => [scopeKey(segment), segment]));
  const consentColumn = new Map([...scopes.keys()].map((key, index) => [key, `consent_${index}`]));
  const columns = [
    'profile_id',
    ...traits.map((trait) => `${traitSql(trait)} AS ${traitColumn(trait)}`),
    ...[...scopes].map(([key, scope]) => `${consentSql(scope)} AS ${consentColumn.get(key)!}`),
  ];
  const conditions = segments.map((segment) => `${consentColumn.get(scopeKey(segment))!} AND ${segment.condition.sql(traitColumn)}`);
  return [
    'SELECT profile_id, arrayJoin(arrayFilter((name, member) -> member,',
    `  CAST([${segments.map(({ name }) => sqlText(name)).join(', ')}], 'Array(String)'),`,
    `  CAST([${conditions.join(',\n    ')}], 'Array(Bool)'))) AS segment`,
    `FROM (\n  SELECT ${columns.join(',\n    ')}`,
    `  FROM ${activities}`,
    `  WHERE ${readSql(traits)}`,
    '  GROUP BY profile_id\n)',
  ].join('\n');
}

/** Rows that no trait and no consent reads, or that no window holds, are left out early; every member has a consent, so no member is lost. */
function readSql(traits: readonly Trait[]): string {
  const consents = `type IN (${CONSENT_TYPES.map(sqlText).join(', ')})`;
  const byWindow = [...Map.groupBy(traits, ({ window }) => window.text).values()];
  return [consents, ...byWindow.map((those) => `(${kindsSql(those)} AND ${windowSql(those[0]!.window, millisecondsSql('occurred_at'))})`)].join(' OR ');
}

function kindsSql(traits: readonly Trait[]): string {
  const types = unique(traits.flatMap(({ filter }) => filter.types ?? []));
  const products = unique(traits.flatMap(({ filter }) => (filter.types ? [] : [filter.product!])));
  const inSql = (column: string, names: string[]) => (names.length === 0 ? [] : [`${column} IN (${names.map(sqlText).join(', ')})`]);
  return `(${[...inSql('type', types), ...inSql('product', products)].join(' OR ')})`;
}

const scopeKey = ({ purpose, channel }: Scope): string => `${purpose}\n${channel}`;

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
