// Sends one native request over HTTP, signed as its platform signs it, until it is answered.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, requestHeaders, type Targets } from './credentials.js';
import type { NativeRequest } from './request.js';

export interface Rejection {
  index: number;
  code: string;
  field?: string;
  message: string;
}

export interface Answer {
  status: number;
  /** Undefined counts: the answer had none; `text` is what it said. */
  accepted?: number;
  quarantined?: number;
  rejected?: Rejection[];
  /** The beginning of the body. */
  text: string;
  /** Attempts it took, 1 at least. */
  attempts: number;
  /** Earlier attempts that the service may have taken although it did not say so: each may have left the events once more. */
  possiblyTaken: number;
  /** From the start of the last attempt to the end of its answer, milliseconds. */
  latencyMs: number;
}

/** What connections are kept in between requests; close it when done. */
export class Connections {
  readonly http = new HttpAgent({ keepAlive: true });
  readonly https = new HttpsAgent({ keepAlive: true });

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

export interface SendOptions {
  connections: Connections;
  signal?: AbortSignal;
  /** Called before each attempt, with its number from 1 on. */
  onAttempt?: (attempt: number) => void;
  /** Of the pauses that grow (ms); default 2,000. */
  longestPauseMs?: number;
}

/** Answers that ask for another attempt; every other answer is final. */
const TRY_AGAIN = new Set([429, 502, 503, 504]);
/** Errors of which it is certain that the service has not seen the request. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const ATTEMPT_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Sends `request` and, as long as the service is away (no connection, no answer, 429, 502, 503, 504), sends the same body
 * again, after Retry-After where it is given and a growing pause otherwise. Resolves with the first other answer, whatever
 * its status. Rejects with the signal's reason when it is aborted, and where `targets` lack the address or the key.
 */
export async function send(request: NativeRequest, targets: Targets, { connections, signal, onAttempt, longestPauseMs = LONGEST_PAUSE_MS }: SendOptions): Promise<Answer> {
  let possiblyTaken = 0;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    onAttempt?.(attempt);
    const outgoing = { url: addressOf(request, targets), method: request.method, headers: requestHeaders(request, targets, Date.now()), body: request.body };
    let pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), longestPauseMs);
    try {
      const startedAt = performance.now();
      const { status, headers, text } = await post(outgoing, connections, signal);
      if (!TRY_AGAIN.has(status)) return { status, ...counts(text), text: text.slice(0, 500), attempts: attempt, possiblyTaken, latencyMs: performance.now() - startedAt };
      possiblyTaken++;
      pauseMs = retryAfterMs(headers['retry-after']) ?? pauseMs;
    } catch (error) {
      signal?.throwIfAborted();
      if (!NOT_SENT.has((error as NodeJS.ErrnoException).code ?? '')) possiblyTaken++;
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

interface Outgoing {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Buffer;
}

function post({ url, method, headers, body }: Outgoing, connections: Connections, signal: AbortSignal | undefined): Promise<RawAnswer> {
  const secure = url.protocol === 'https:';
  const options = { method, headers, agent: secure ? connections.https : connections.http, signal };
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? httpsRequest : httpRequest)(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(chunks).toString() }));
      incoming.on('error', reject);
    });
    outgoing.setTimeout(ATTEMPT_TIMEOUT_MS, () => outgoing.destroy(new Error(`no answer within ${ATTEMPT_TIMEOUT_MS} ms; it can be retried`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function counts(text: string): Pick<Answer, 'accepted' | 'quarantined' | 'rejected'> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  const { accepted, quarantined, rejected } = (body ?? {}) as Record<string, unknown>;
  if (typeof accepted !== 'number' || typeof quarantined !== 'number' || !Array.isArray(rejected)) return {};
  return { accepted, quarantined, rejected: rejected as Rejection[] };
}

/** Retry-After as seconds or as a date (RFC 9110), in milliseconds from now and at most half a minute. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
