// A segment: which profiles are members, by conditions and by consent. One file in schemas/segments each.
import { z } from 'zod';
import { allOf } from '../operators/conditions/all.js';
import { compilePeriod, PERIOD_SCHEMA } from '../operators/conditions/during.js';
import type { Condition } from '../operators/conditions/operator.js';
import { ConditionReader, type ReadingParts } from '../operators/conditions/registry.js';
import { compileSegmentCases, type SegmentCase } from './cases.js';
import type { SourceFile } from './source.js';
import { checkName } from './trait.js';

export interface Segment {
  /** Also the name of its file. */
  name: string;
  /** Raised by whoever changes what the segment means; goes into every membership. */
  version: number;
  description: string;
  owner: string;
  /** Purpose that a member must have consented to. */
  purpose: string;
  /** Decisions for `any` count for every channel; those for another channel count for that one only. */
  channel: string;
  condition: Condition;
  cases: readonly SegmentCase[];
}

const SEGMENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

const SCHEMA = z.strictObject({
  name: z.string(),
  version: z.int().min(1),
  description: z.string().min(1),
  owner: z.string().min(1),
  purpose: z.string(),
  channel: z.string().optional(),
  /** Outside of this period it has no members. */
  valid: PERIOD_SCHEMA.optional(),
  when: z.unknown().refine((value) => value !== undefined),
  cases: z.array(z.unknown()).optional(),
});

/** Compiles the definition of a segment; reports into `source` and gives undefined where it is wrong. */
export function compileSegment(source: SourceFile, parts: ReadingParts): Segment | undefined {
  const definition = source.check(SCHEMA, source.value);
  if (!definition) return undefined;
  const { name, version, description, owner, purpose, channel = 'any', valid, when, cases = [] } = definition;
  const { catalog } = parts;
  checkName(name, SEGMENT_NAME, 'write small letters, digits and hyphens, a letter first', source);
  if (!catalog.purposes.includes(purpose)) {
    source.report(['purpose'], `there is no purpose "${purpose}" in purposes.yaml: name one of ${catalog.purposes.join(', ')}`);
  }
  if (!catalog.channels.includes(channel)) {
    source.report(['channel'], `there is no channel "${channel}" in purposes.yaml: name one of ${catalog.channels.join(', ')}`);
  }
  const reader = new ConditionReader(source, parts);
  const period = valid && compilePeriod(valid, ['valid'], reader);
  const asked = reader.read(when, ['when']);
  const condition = asked && period ? allOf([period, asked]) : asked;
  const compiled = compileSegmentCases(cases, { purpose, channel }, source, catalog);
  return condition && { name, version, description, owner, purpose, channel, condition, cases: compiled };
}
