// Whom changed segments may concern, by one pass over the activities as they were recorded.
import type { Definitions } from '../definitions/load.js';
import { CONSENT_TYPES } from '../evaluate/consents.js';
import { emptyState, Subject } from '../evaluate/subject.js';
import { millisecondsSql } from '../definitions/fields.js';
import { MANY_CONDITIONS, ofTypesSql, profileColumns, profilesSql, relevantSql } from './members.js';
import type { ActivitiesSource } from './traits.js';

/** No profile has it: random splits want a uuid. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * A query for (profile_id, members) at {now:Int64}, in ms: profiles that are in some of these segments, whose places in
 * `names` are told, and those that may come to be in one, or cease to, by time alone. Each profile is seen by its own
 * rows, without those of profiles that were merged into it: who has such has to be looked at anyway.
 */
export function compileNomineesSql({ segments }: Pick<Definitions, 'segments'>, names: readonly string[], now: number, source: ActivitiesSource): string {
  const places = new Map(names.map((name, place) => [name, place]));
  const asked = segments.filter(({ name }) => places.has(name));
  const profile = profileColumns(asked);
  const { accumulators, columns, consents } = profile;
  const moment = millisecondsSql('occurred_at');
  // A decision that is dated after now is to come.
  const more = [`max(${moment}) AS last_at`, `max(${ofTypesSql(CONSENT_TYPES)} AND ${moment} > {now:Int64}) AS undecided`];
  const conditions = asked.map((segment) => `${columns.consent(segment)} AND ${segment.condition.sql(columns)}`);
  const members = `arrayFilter((place, member) -> member, CAST([${asked.map(({ name }) => places.get(name)).join(', ')}], 'Array(UInt32)'),\n  CAST([${conditions.join(',\n    ')}], 'Array(Bool)'))`;
  // Somebody who never did anything tells whether the clock alone changes a condition.
  const nobody = new Subject(emptyState(NOBODY), now);
  const byClock = asked.some(({ condition }) => Math.abs(condition.outcome(nobody)) < Infinity);
  const reach = Math.max(0, ...accumulators.map(({ window, aggregation }) => (aggregation.passes ? Infinity : window.reachMs)));
  const inReach = byClock || reach === Infinity ? 'true' : `last_at + ${reach} > {now:Int64}`;
  const prospects = asked.map((segment) => `(${columns.consent(segment)} AND ${segment.condition.prospect.sql(columns)})`).join('\n    OR ');
  return [
    `SELECT profile_id, ${members} AS members`,
    `FROM ${profilesSql(profile, more, source, relevantSql(accumulators))}`,
    `WHERE undecided OR ((${consents.join(' OR ')}) AND (notEmpty(members) OR last_at > {now:Int64} OR (${inReach} AND (${prospects}))))`,
    'ORDER BY profile_id',
    MANY_CONDITIONS,
  ].join('\n');
}
