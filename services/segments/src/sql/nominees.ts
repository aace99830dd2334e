// Whom changed segments may concern, by one pass over the activities as they were recorded.
import type { Definitions } from '../definitions/load.js';
import { consentSql, CONSENT_TYPES, scopeKey, type Scope } from '../evaluate/consents.js';
import { Subject } from '../evaluate/subject.js';
import { millisecondsSql } from '../definitions/fields.js';
import type { Columns } from '../operators/conditions/operator.js';
import { relevantSql } from './members.js';
import { accumulatorColumns, columnOf, type ActivitiesSource } from './traits.js';

/**
 * A query for (profile_id, member) at {now:Int64}, in ms: profiles that are in one of these segments (member = 1), and
 * those that may come to be in one, or cease to, by time alone. Each profile is seen by its own rows, without those of
 * profiles that were merged into it: who has such has to be looked at anyway.
 */
export function compileNomineesSql({ segments }: Pick<Definitions, 'segments'>, names: ReadonlySet<string>, now: number, { activities }: ActivitiesSource): string {
  const asked = segments.filter(({ name }) => names.has(name));
  const accumulators = [...new Set(asked.flatMap(({ condition }) => condition.accumulators))];
  const scopes = new Map(asked.flatMap((segment): Scope[] => [segment, ...segment.condition.scopes]).map((scope) => [scopeKey(scope), scope]));
  const keys = [...scopes.keys()];
  const consentColumn = (scope: Scope) => `consent_${keys.indexOf(scopeKey(scope))}`;
  const columns: Columns = { of: columnOf, consent: consentColumn };
  const selected = [
    'profile_id',
    ...accumulatorColumns(accumulators),
    ...[...scopes.values()].map((scope) => `${consentSql(scope)} AS ${consentColumn(scope)}`),
    `max(${millisecondsSql('occurred_at')}) AS last_at`,
    // A decision that is dated after now is to come.
    `max(type IN (${CONSENT_TYPES.map((type) => `'${type}'`).join(', ')}) AND ${millisecondsSql('occurred_at')} > {now:Int64}) AS undecided`,
  ];
  const member = asked.map((segment) => `(${consentColumn(segment)} AND ${segment.condition.sql(columns)})`).join('\n    OR ');
  const granted = keys.map((_, index) => `consent_${index}`).join(' OR ');
  // Somebody who never did anything tells whether the clock alone changes a condition.
  const nobody = new Subject({ profileId: '00000000-0000-4000-8000-000000000000', buckets: new Map(), consents: new Map() }, now);
  const byClock = asked.some(({ condition }) => condition.nextChange(nobody) < Infinity);
  const reach = Math.max(0, ...accumulators.map(({ window, aggregation }) => (aggregation.passes ? Infinity : window.reachMs)));
  const pending = byClock || reach === Infinity ? 'true' : `last_at + ${reach} > {now:Int64}`;
  return [
    `SELECT profile_id, (${member}) AS member`,
    `FROM (\n  SELECT ${selected.join(',\n    ')}`,
    `  FROM ${activities}`,
    `  WHERE ${relevantSql(accumulators)}`,
    '  GROUP BY profile_id\n)',
    `WHERE undecided OR ((${granted}) AND (member OR ${pending}))`,
  ].join('\n');
}
