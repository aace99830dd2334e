// What the API is asked with and what it answers, as schemas: they check requests, and the OpenAPI document is made of them.
import { badRequest } from '@tideway/intake';
import { z } from 'zod';

const milliseconds = z.int().describe('milliseconds since the epoch');
const summary = {
  name: z.string(), version: z.int(), description: z.string(), owner: z.string(), purpose: z.string(), channel: z.string(),
  size: z.int().describe('members now'),
};

export const Refusal = z.object({ code: z.string().describe('stable'), field: z.string(), message: z.string().describe('what was wrong, where, what to do') });
export const Problems = Refusal.extend({ problems: z.array(z.object({ file: z.string(), line: z.int(), message: z.string() })) });

export const SegmentList = z.object({ segments: z.array(z.object(summary)) });
export const SegmentDetails = z.object({
  ...summary,
  file: z.string().nullable().describe('where it is defined'),
  yaml: z.string().nullable().describe('the definition as it was written'),
  definition: z.unknown().describe('the same as JSON'),
  traits: z.array(z.object({ name: z.string(), description: z.string(), owner: z.string(), operator: z.string(), window: z.string().nullable() })),
});
export const Size = z.object({ segment: z.string(), size: z.int() });
export const Sample = z.object({ segment: z.string(), members: z.array(z.object({ profile_id: z.uuid(), since: milliseconds })) });
export const Memberships = z.object({ profile_id: z.uuid(), segments: z.array(z.object({ segment: z.string(), version: z.int(), since: milliseconds })) });
export const Why = z.object({
  segment: z.string(), version: z.int(), profile_id: z.uuid(),
  member: z.boolean(),
  since: milliseconds.nullable().describe('as the service has published it; null where it is no member'),
  as_of: milliseconds,
  findings: z.array(z.object({
    depth: z.int().describe('conditions of a condition follow it, one deeper'),
    holds: z.boolean(),
    sentence: z.string().describe("the condition with this person's value"),
    must: z.string().nullable().describe('what it must be where it does not hold'),
  })),
});
export const Preview = z.object({
  as_of: milliseconds,
  segments: z.array(z.object({ segment: z.string(), size: z.int().describe('exact'), sample: z.array(z.uuid()) })),
  cost: z.object({ rows_read: z.int(), bytes_read: z.int(), ms: z.int() }).describe('of this preview: a backfill reads as much'),
});
export const Written = z.object({
  name: z.string(),
  written: z.boolean().describe('false: removed'),
  size: z.int().nullable().describe('of a segment, members that it will have; null for others'),
  cost: Preview.shape.cost.nullable(),
});
export const Change = z.object({
  profile_id: z.uuid(), sequence: z.int(), segment: z.string(), segment_version: z.int(), change: z.enum(['entered', 'exited']), reason: z.string(),
  caused_at: milliseconds, evaluated_at: milliseconds, origin: z.string().nullable(),
  effective_at: milliseconds.nullable().describe('from when it counts in the past as corrected: of its cause, within the lateness of the segment'),
});

export const SampleQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(20) });
export const WhyQuery = z.strictObject({
  identifier: z.string().optional().describe('type:value, such as user_id:u-1'),
  profile_id: z.uuid().optional(),
}).refine(({ identifier, profile_id }) => (identifier === undefined) !== (profile_id === undefined), { error: 'say who: either identifier=type:value or profile_id=uuid' });
export const MembersQuery = z.strictObject({
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
  identifiers: z.string().optional().describe("types that the segment's purpose allows, comma-separated, such as email_sha256,phone_sha256"),
});

/** The query of a request as `schema` has it. Throws IntakeError 400 that names the parameter. */
export function parsedQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path.join('.');
  throw badRequest('format', field, field ? `${field}: ${message}` : message);
}
