// Every refusal as {code, field, message}, whoever it comes from: intake, Nest or Fastify.
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Counter } from 'prom-client';
import { RetryableError, type Logger } from '@tideway/service';
import { IntakeError, badRequest, bodyTooLarge, unavailable, unsupported } from './errors.js';

@Catch()
export class IntakeErrors implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly refused: Counter<'code'>,
    private readonly maxBodyBytes: number,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { status, rejection, headers } = this.#errorOf(exception);
    this.refused.inc({ code: rejection.code });
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // A body that nobody read would be taken for the next request on the connection.
    const unread = !request.raw.complete ? { connection: 'close' } : {};
    void reply.code(status).headers({ ...headers, ...unread }).send(rejection);
  }

  #errorOf(exception: unknown): IntakeError {
    if (exception instanceof IntakeError) return exception;
    if (exception instanceof RetryableError) return unavailable('outage', 'a part of the service is away: send it again');
    const status = exception instanceof HttpException ? exception.getStatus() : (exception as { statusCode?: unknown } | null)?.statusCode;
    if (status === 413) return bodyTooLarge(this.maxBodyBytes);
    if (status === 415) return unsupported('content-type', 'the content type is not one');
    if (status === 404) return new IntakeError(404, { code: 'not_found', field: '', message: 'there is no such path' });
    if (typeof status === 'number' && status >= 400 && status < 500) return badRequest('bad_request', '', (exception as Error).message);
    this.logger.error({ err: exception }, 'a request failed for no known reason');
    return new IntakeError(500, { code: 'internal_error', field: '', message: 'the request failed here, not with you: send it again' }, { 'retry-after': '1' });
  }
}
