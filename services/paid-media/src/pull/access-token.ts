// Access tokens of OAuth 2.0: one from the environment as it is, or one that is got with a refresh token when it is needed.
import { errorText } from '@tideway/service';
import { PlatformBusyError, PlatformRefusalError, at, textAt } from './fault.js';

export interface AccessToken {
  /** A token that should be valid. Rejects as a request to the platform does. */
  get(signal: AbortSignal): Promise<string>;
  /** Forgets a token that the platform refused; false where there is no other to be had. */
  drop(): boolean;
}

/** A token that somebody else renews. */
export function fixedToken(token: string): AccessToken {
  return { get: async () => token, drop: () => false };
}

export interface RefreshOptions {
  /** The platform's token endpoint. */
  url: string;
  clientId: string;
  clientSecret?: string | undefined;
  refreshToken: string;
  scope?: string;
  /** Variable that holds the refresh token, to tell it in an error. */
  variable: string;
}

/** A token is taken for expired so long before it is: a request must still get through. */
const MARGIN_MS = 60_000;
const DEFAULT_LIFETIME_S = 3_600;

/** The refresh_token grant of OAuth 2.0 (https://www.rfc-editor.org/rfc/rfc6749#section-6). */
export class RefreshedToken implements AccessToken {
  #refreshToken: string;
  #current: { token: string; until: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(private readonly options: RefreshOptions) {
    this.#refreshToken = options.refreshToken;
  }

  get(signal: AbortSignal): Promise<string> {
    if (this.#current && Date.now() < this.#current.until) return Promise.resolve(this.#current.token);
    this.#asking ??= this.#refresh(signal).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  drop(): boolean {
    this.#current = undefined;
    return true;
  }

  async #refresh(signal: AbortSignal): Promise<string> {
    const { url, clientId, clientSecret, scope, variable } = this.options;
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: this.#refreshToken });
    if (clientSecret !== undefined) form.set('client_secret', clientSecret);
    if (scope !== undefined) form.set('scope', scope);
    const { status, answer } = await this.#ask(url, form, signal);
    const token = textAt(answer, 'access_token');
    if (status !== 200 || token === undefined) {
      const said = [textAt(answer, 'error'), textAt(answer, 'error_description')].filter(Boolean).join(': ');
      if (status === 429 || status >= 500) throw new PlatformBusyError(`${url} answered ${status} ${said}`);
      throw new PlatformRefusalError(`${url} gave no access token (${status} ${said}): the client id and secret must be the ones that the refresh token was made for; if it was revoked or has expired, authorise again, set ${variable} and restart`, 'token');
    }
    // Microsoft gives a new refresh token each time; the one in the environment stays good for as long as it was made for.
    this.#refreshToken = textAt(answer, 'refresh_token') ?? this.#refreshToken;
    const lifetime = Number(at(answer, 'expires_in') ?? DEFAULT_LIFETIME_S) * 1_000;
    this.#current = { token, until: Date.now() + Math.max(0, lifetime - MARGIN_MS) };
    return token;
  }

  async #ask(url: string, form: URLSearchParams, signal: AbortSignal): Promise<{ status: number; answer: unknown }> {
    try {
      const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual', signal });
      return { status: response.status, answer: await response.json().catch(() => undefined) };
    } catch (error) {
      throw new PlatformBusyError(`${url} could not be asked for an access token: ${errorText(error)}`, 0, { cause: error });
    }
  }
}
