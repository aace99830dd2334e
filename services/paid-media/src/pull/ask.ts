// One request to a platform until it is answered: at the platform's pace, with a valid token, again after 429, 5xx and
// broken connections, and an error that says what to do where trying again is of no use.
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, errorText } from '@tideway/service';
import { parseExactly } from '../exact-json.js';
import type { AccessToken } from './access-token.js';
import { retryAfterMs, waitMs } from './back-off.js';
import { PlatformBusyError, PlatformRefusalError, faultOfStatus, type Fault, type Refused } from './fault.js';
import type { Pace } from './pace.js';

export interface Question {
  /** What is asked for, for logs and errors. */
  what: string;
  url: string | URL;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Signed links are asked for without the platform's token. */
  open?: boolean;
}

export interface AskOptions {
  /** Whom is asked for, for errors: `google 1234567890`. */
  account: string;
  token: AccessToken;
  /** How the platform wants its token. */
  tokenHeaders(token: string): Record<string, string>;
  /** The fault that the platform's own codes tell, where they say more than the status. */
  faultOf(refused: Refused): Fault | undefined;
  /** What to do about a refused token, e.g. which variable to set. */
  tokenAdvice: string;
  pace: Pace;
  signal: AbortSignal;
  /** Told each time the request is to be tried again. */
  onRetry(error: Error, waitMs: number): void;
  /** From 0 to 1, for the jitter. Default Math.random. */
  random?(): number;
  /** Values that no log and no error may repeat. */
  secrets: string[];
}

const MAX_ATTEMPTS = 10;
const MAX_SAID = 500;

/** Gives a platform's answers to `read`, which may throw PlatformBusyError to have the request sent again. */
export class Asker {
  constructor(private readonly options: AskOptions) {}

  /**
   * Rejects with PlatformRefusalError where the platform refuses, with PlatformBusyError where it did not answer ten
   * times, and with the signal's reason where the service is to stop.
   */
  async ask<T>(question: Question, read: (response: Response) => Promise<T>): Promise<T> {
    const { signal, onRetry, random = Math.random } = this.options;
    for (let attempt = 0, renewed = false; ; attempt += 1) {
      try {
        return await this.#once(question, read);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof PlatformRefusalError && error.kind === 'token' && !renewed && this.options.token.drop()) {
          // An access token may end before its time: once with another one.
          renewed = true;
          continue;
        }
        if (error instanceof PermanentError) throw error;
        const busy = error instanceof PlatformBusyError ? error : new PlatformBusyError(this.#say(question, `the answer broke off: ${errorText(error)}`), 0, { cause: error });
        if (attempt + 1 >= MAX_ATTEMPTS) throw busy;
        const wait = waitMs(attempt, busy.afterMs, random());
        onRetry(busy, wait);
        await sleep(wait, undefined, { signal });
      }
    }
  }

  /** The JSON of an answer. */
  json(question: Question): Promise<unknown> {
    return this.ask(question, async (response) => {
      const body = parsed(await response.text());
      if (body === undefined) throw new PlatformBusyError(this.#say(question, 'answered something that is no JSON'));
      this.check(question, response, body);
      return body;
    });
  }

  /** Waits, unless the service is to stop. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.options.signal });
  }

  /** Throws the error of a fault that an answer's body tells although its status is a success. */
  check(question: Question, response: Response, body: unknown): void {
    const fault = this.options.faultOf({ status: response.status, headers: response.headers, body });
    if (fault) throw this.#error(question, response, fault);
  }

  #error(question: Question, { status, headers }: Response, fault: Fault): Error {
    const text = this.#say(question, `${status} ${fault.message}`);
    if (fault.kind === 'busy') return new PlatformBusyError(text, fault.afterMs ?? retryAfterMs(headers.get('retry-after'), Date.now()) ?? 0);
    const advice = fault.kind === 'token' ? this.options.tokenAdvice : 'check the account id, its options in the file of PAID_MEDIA_PULLS and api_version';
    return new PlatformRefusalError(`${text}: ${advice}`, fault.kind);
  }

  async #once<T>(question: Question, read: (response: Response) => Promise<T>): Promise<T> {
    const response = await this.#fetch(question);
    if (!response.ok) throw this.#error(question, response, await this.#faultOf(response));
    return read(response);
  }

  async #fetch(question: Question): Promise<Response> {
    const { pace, signal, token, tokenHeaders } = this.options;
    await pace.turn(signal);
    const headers = { accept: 'application/json', ...question.headers, ...(question.open ? {} : tokenHeaders(await token.get(signal))) };
    const body = question.body === undefined ? {} : { body: JSON.stringify(question.body) };
    if (question.body !== undefined) Object.assign(headers, { 'content-type': 'application/json' });
    try {
      // A redirect would carry the token elsewhere. Node gives up a connection that is silent for five minutes.
      return await fetch(question.url, { method: question.method ?? 'GET', headers, redirect: 'manual', signal, ...body });
    } catch (error) {
      throw new PlatformBusyError(this.#say(question, `no answer: ${errorText(error)}`), 0, { cause: error });
    }
  }

  async #faultOf(response: Response): Promise<Fault> {
    const text = await response.text();
    const told = this.options.faultOf({ status: response.status, headers: response.headers, body: parsed(text) });
    return told ?? faultOfStatus(response.status, text.replaceAll(/\s+/g, ' ').slice(0, MAX_SAID));
  }

  #say({ what }: Question, text: string): string {
    const said = `${this.options.account}: ${what}: ${text}`;
    // Platforms repeat a malformed token in their message.
    return this.options.secrets.reduce((line, secret) => (secret === '' ? line : line.replaceAll(secret, '***')), said);
  }
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
