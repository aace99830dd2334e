// Every refusal as {code, field, message}, whoever it comes from: the route, Nest or Fastify.
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { IntakeError, badRequest, unavailable } from '@tideway/intake';
import { RetryableError, type Logger } from '@tideway/service';
import type { FastifyReply } from 'fastify';

@Catch()
export class Refusals implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const { status, rejection, headers } = this.#refusalOf(exception);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(status).headers(headers).send(rejection);
  }

  #refusalOf(exception: unknown): IntakeError {
    if (exception instanceof IntakeError) return exception;
    if (exception instanceof RetryableError) return unavailable('outage', 'a part of the service is away: ask again');
    const status = exception instanceof HttpException ? exception.getStatus() : (exception as { statusCode?: unknown } | null)?.statusCode;
    if (status === 404) return notFound('', 'there is no such path: ask for GET /v1/profiles/{type}:{value}');
    if (typeof status === 'number' && status >= 400 && status < 500) return badRequest('bad_request', '', (exception as Error).message);
    this.logger.error({ err: exception }, 'a request failed for no known reason');
    return new IntakeError(500, { code: 'internal_error', field: '', message: 'the request failed here, not with you: ask again' }, { 'retry-after': '1' });
  }
}

export function notFound(field: string, message: string): IntakeError {
  return new IntakeError(404, { code: 'not_found', field, message });
}
