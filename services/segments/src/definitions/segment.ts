// A segment: which profiles are members, by conditions and by consent. Files are in schemas/segments.
import { z } from 'zod';
import { allOf } from '../operators/conditions/all.js';
import { compilePeriod, PERIOD_SCHEMA } from '../operators/conditions/during.js';
import type { Condition } from '../operators/conditions/operator.js';
import { ConditionReader, type ReadingParts } from '../operators/conditions/registry.js';
import { isTooLong, MAX_SQL } from './cost.js';
import { compileSegmentCases, SEGMENT_CASES, type SegmentCase } from './cases.js';
import type { SourceFile } from './source.js';
import { checkName } from './trait.js';
import { CHANNEL, CONDITION, DESCRIPTION, DURATION, OWNER, PURPOSE, written, type NameRule } from './vocabulary.js';
import { parseDuration } from './windows.js';

export interface Segment {
  name: string;
  /** Path of the file that it stands in, for messages. */
  file: string;
  /** Raised by whoever changes what the segment means; goes into every membership. */
  version: number;
  description: string;
  owner: string;
  /** Purpose that a member must have consented to. */
  purpose: string;
  /** Decisions for `any` count for every channel; those for another channel count for that one only. */
  channel: string;
  /** Why nobody of the simulated shop is ever in it; absent where somebody is. */
  notSimulated?: string;
  /** How far (ms) before its evaluation a change may count: what comes later than that corrects the past no further. */
  latenessMs: number;
  condition: Condition;
  cases: readonly SegmentCase[];
}

const SEGMENT_NAME: NameRule = { pattern: /^[a-z][a-z0-9-]{0,62}$/, rule: 'write small letters, digits and hyphens, a letter first', filter: 'slug' };

const DAY_MS = 86_400_000;
/** What comes later than a day is rare, and what has been reported for a month must not change any more. */
const [DEFAULT_LATENESS, LONGEST_LATENESS_MS] = ['24h', 30 * DAY_MS];

/** What the definition of a segment looks like. */
export const SEGMENT_SCHEMA = z.strictObject({
  name: z.string().meta({ ...written(SEGMENT_NAME.pattern.source, SEGMENT_NAME.rule), description: 'The name of the file' }),
  version: z.int().min(1).meta({ description: 'Raise it when you change what the segment means: it goes into every membership' }),
  description: DESCRIPTION,
  owner: OWNER,
  purpose: PURPOSE,
  channel: CHANNEL.optional(),
  not_simulated: z.string().min(1).optional().meta({ description: 'Why nobody of the simulated shop is ever in it; a test wants members of every other segment' }),
  valid: PERIOD_SCHEMA.optional().meta({ description: 'Outside of this period it has no members' }),
  lateness: DURATION.optional().meta({ description: 'How far back an event that comes late corrects the recorded history, from 0s to 30d; default 24h' }),
  when: CONDITION.refine((value) => value !== undefined),
  cases: SEGMENT_CASES.optional(),
});

/** Compiles the definition of a segment; reports into `source` and gives undefined where it is wrong. */
export function compileSegment(source: SourceFile, parts: ReadingParts): Segment | undefined {
  const definition = source.check(SEGMENT_SCHEMA, source.value);
  if (!definition) return undefined;
  const { name, version, description, owner, purpose, channel = 'any', not_simulated: notSimulated, valid, lateness = DEFAULT_LATENESS, when, cases = [] } = definition;
  const { catalog } = parts;
  checkName(name, SEGMENT_NAME, source);
  if (!catalog.purposes.includes(purpose)) {
    source.report(['purpose'], `there is no purpose "${purpose}" in purposes.yaml: name one of ${catalog.purposes.join(', ')}`);
  }
  if (!catalog.channels.includes(channel)) {
    source.report(['channel'], `there is no channel "${channel}" in purposes.yaml: name one of ${catalog.channels.join(', ')}`);
  }
  const latenessMs = parseDuration(lateness);
  if (latenessMs === undefined || latenessMs > LONGEST_LATENESS_MS) source.report(['lateness'], `"lateness" is "${lateness}": write a length of time from 0s to 30d, such as 24h`);
  const reader = new ConditionReader(source, parts);
  const period = valid && compilePeriod(valid, ['valid'], reader);
  const asked = reader.read(when, ['when']);
  const condition = asked && period ? allOf([period, asked]) : asked;
  const compiled = compileSegmentCases(cases, { purpose, channel }, source, catalog);
  if (!condition || latenessMs === undefined) return undefined;
  if (isTooLong(condition)) {
    source.report(['when'], `it is too costly: its conditions, with those of the segments that it names, are more than ${MAX_SQL} characters of SQL: write fewer of them, name fewer segments, or those that these name directly`);
    return undefined;
  }
  return { name, file: source.file, version, description, owner, purpose, channel, ...(notSimulated === undefined ? {} : { notSimulated }), latenessMs, condition, cases: compiled };
}
