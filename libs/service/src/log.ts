// JSON logs, one line an event, that can be followed by event_id or origin.
import { pino, type Logger } from 'pino';

export type { Logger };

/** A pino logger for one service; writes JSON lines to standard output. */
export function createLogger(service: string, level: string = process.env['LOG_LEVEL'] ?? 'info'): Logger {
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } });
}

/** Nest's logger interface on pino, so that a service writes one format only. */
export function nestLogger(logger: Logger) {
  const write = (level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal') => (message: unknown, ...rest: unknown[]) =>
    logger[level]({ context: rest.at(-1) }, message instanceof Error ? (message.stack ?? message.message) : String(message));
  return { log: write('debug'), error: write('error'), warn: write('warn'), debug: write('debug'), verbose: write('trace'), fatal: write('fatal') };
}
