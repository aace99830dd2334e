// Which pages may send what from a browser. Every origin may: the routes only take, and say nothing of anybody.
import type { FastifyRequest } from 'fastify';

const MAX_AGE_SECONDS = 86_400;
// Retry-After is for tideway.js: scripts see no header of another site that is not named.
const ANY_ORIGIN = { origin: '*', methods: ['POST'], allowedHeaders: ['authorization', 'content-type'], exposedHeaders: ['retry-after'], maxAge: MAX_AGE_SECONDS };
/** Snowplow's trackers send with credentials, for which a browser wants its origin named. Cookies are neither read nor set. */
const WITH_CREDENTIALS = { origin: true, credentials: true, methods: ['GET', 'POST'], allowedHeaders: ['content-type', 'sp-anonymous'], maxAge: MAX_AGE_SECONDS };

/** The CORS options of a request, in the form that @fastify/cors asks for. */
export function corsOf(request: FastifyRequest, callback: (error: Error | null, options: object) => void): void {
  const path = request.url.split('?', 1)[0]!;
  callback(null, path === '/i' || path.startsWith('/com.snowplowanalytics.snowplow/') ? WITH_CREDENTIALS : ANY_ORIGIN);
}
