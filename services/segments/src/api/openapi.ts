// The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), from the schemas that the routes have.
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { VARIABLES, type Role } from './access.js';
import { Change, Memberships, MembersQuery, Preview, Problems, Refusal, Sample, SampleQuery, SegmentDetails, SegmentList, Size, Why, WhyQuery, Written } from './answers.js';

interface Route {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  summary: string;
  role: Role;
  query?: z.ZodObject;
  /** Media types of a body that is text. */
  body?: string[];
  /** By media type. */
  answer: Record<string, z.ZodType>;
  /** Statuses that are this route's own. */
  refusals?: Record<string, string>;
}

const json = (schema: z.ZodType) => ({ 'application/json': schema });
const YAML_BODY = ['application/yaml', 'application/json', 'text/plain'];
const unknown = { 404: 'there is no such segment' };

/** Every route that needs a key. */
export const ROUTES: readonly Route[] = [
  { method: 'get', path: '/v1/segments', summary: 'All segments, with the number of their members now', role: 'reader', answer: json(SegmentList) },
  { method: 'post', path: '/v1/segments/preview', summary: 'Size, sample and cost of a definition that is not saved', role: 'author', body: YAML_BODY, answer: json(Preview), refusals: { 422: 'the definition is wrong, each problem with its line, or too costly' } },
  { method: 'put', path: '/v1/segments/{name}', summary: 'Writes a segment: in force within a second, its members within seconds', role: 'author', body: YAML_BODY, answer: json(Written), refusals: { 409: 'a file defines it, or it means something else by the same version', 422: 'the definition is wrong, each problem with its line, or too costly' } },
  { method: 'delete', path: '/v1/segments/{name}', summary: 'Removes a segment that was written; everybody leaves it', role: 'author', answer: json(Written), refusals: { 404: 'nothing is written under this name', 409: 'a file defines it', 422: 'others depend on it' } },
  { method: 'put', path: '/v1/traits/{name}', summary: 'Writes a trait', role: 'author', body: YAML_BODY, answer: json(Written), refusals: { 409: 'a file defines it', 422: 'the definition is wrong, each problem with its line' } },
  { method: 'delete', path: '/v1/traits/{name}', summary: 'Removes a trait that was written', role: 'author', answer: json(Written), refusals: { 404: 'nothing is written under this name', 409: 'a file defines it', 422: 'others depend on it' } },
  { method: 'get', path: '/v1/segments/{name}', summary: 'One segment, with its definition and its traits', role: 'reader', answer: json(SegmentDetails), refusals: unknown },
  { method: 'get', path: '/v1/segments/{name}/size', summary: 'The number of members now', role: 'reader', answer: json(Size), refusals: unknown },
  { method: 'get', path: '/v1/segments/{name}/sample', summary: 'Some members, since when each', role: 'reader', query: SampleQuery, answer: json(Sample), refusals: unknown },
  { method: 'get', path: '/v1/segments/{name}/why', summary: 'Why a person is in it or not: each condition, with this person\'s value and what it must be', role: 'reader', query: WhyQuery, answer: json(Why), refusals: { 404: 'there is no such segment, or nobody of this identifier' } },
  { method: 'get', path: '/v1/segments/{name}/members', summary: 'All members as a file; the trailer x-tideway-rows has their number', role: 'exporter', query: MembersQuery, answer: { 'application/x-ndjson': z.string(), 'text/csv': z.string() }, refusals: { 403: 'the key may not export, or the purpose does not allow the identifiers', ...unknown } },
  { method: 'get', path: '/v1/segments/{name}/changes', summary: 'Entries and exits as server-sent events; Last-Event-ID goes on where a client was', role: 'reader', answer: { 'text/event-stream': Change }, refusals: { ...unknown, 410: 'the log has not got the changes since Last-Event-ID any more' } },
  { method: 'get', path: '/v1/profiles/{person}/segments', summary: 'What a person (type:value, or a profile_id) is in now', role: 'reader', answer: json(Memberships), refusals: { 404: 'nobody has this identifier' } },
];

const schemaOf = (schema: z.ZodType): unknown => {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return rest;
};
const content = (answer: Record<string, z.ZodType>) => Object.fromEntries(Object.entries(answer).map(([type, schema]) => [type, { schema: schemaOf(schema) }]));
const refusal = (description: string, schema: z.ZodType = Refusal) => ({ description, content: content(json(schema)) });

/** The document. */
export function openapi(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.1',
    info: { title: 'Tideway segments', version: '1.0.0', description: 'Segments: how many and who is in them, why, and what changes. Times are milliseconds since the epoch.' },
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: `a key of ${Object.values(VARIABLES).join(', ')}` } } },
    security: [{ key: [] }],
  };
}

function operation({ path, summary, role, query, body, answer, refusals = {} }: Route): Record<string, unknown> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema: schemaOf(schema as z.ZodType) }));
  const own = Object.entries(refusals).map(([status, description]) => [status, refusal(description, status === '422' ? Problems : Refusal)]);
  return {
    summary,
    description: `Needs the role ${role}.`,
    parameters: [...inPath, ...inQuery],
    ...(body ? { requestBody: { required: true, content: Object.fromEntries(body.map((type) => [type, { schema: { type: 'string' } }])) } } : {}),
    responses: {
      200: { description: 'done', content: content(answer) },
      ...(query || body ? { 400: refusal('a parameter or the body is not as it must be') } : {}),
      401: refusal('no valid key'),
      ...(role === 'reader' ? {} : { 403: refusal(`the key has not got the role ${role}`) }),
      ...Object.fromEntries(own) as Record<string, unknown>,
      429: refusal('too many requests of this key: retry-after says when to come again'),
      503: refusal('an outage: ask again'),
    },
  };
}

@Controller()
export class OpenapiController {
  readonly #document = openapi();

  @Get('openapi.json')
  document(): Record<string, unknown> {
    return this.#document;
  }
}
