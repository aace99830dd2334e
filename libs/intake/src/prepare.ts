// What every domain service registers before it listens: headers, bodies, admission, refusals, times.
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Service } from '@tideway/service';
import { IntakeErrors } from './error-filter.js';
import type { InFlight } from './in-flight.js';
import { checkBodyHeaders, encodingOf, registerRawBody, type BodyLimits } from './raw-body.js';

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** Prepares an application for native payloads; for `prepare` of a ServiceDefinition. */
export async function prepareIntake(app: NestFastifyApplication, service: Service, inFlight: InFlight, limits: BodyLimits): Promise<void> {
  const { metrics, logger } = service;
  const refused = metrics.counter('tideway_intake_refused_requests_total', 'Requests refused as a whole, by code', ['code']);
  const duration = metrics.seconds('tideway_intake_request_duration_seconds', 'From the request to its answer', ['route', 'status']);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await fastify.register(helmet);
  registerRawBody(fastify, limits);
  fastify.addHook('onRequest', async (request, reply) => {
    if (WITHOUT_BODY.has(request.method)) return;
    checkBodyHeaders(request.headers, limits);
    // A packed or chunked body may become as large as the limit: its share is that of the worst case.
    const declared = encodingOf(request.headers['content-encoding']) === undefined ? request.headers['content-length'] : undefined;
    inFlight.admit(request.raw, reply.raw, declared === undefined ? limits.maxBodyBytes : Number(declared));
  });
  fastify.addHook('onResponse', async (request, reply) => {
    if (WITHOUT_BODY.has(request.method)) return;
    duration.observe({ route: request.routeOptions.url ?? 'unknown', status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
  app.useGlobalFilters(new IntakeErrors(logger, refused, limits.maxBodyBytes));
}
