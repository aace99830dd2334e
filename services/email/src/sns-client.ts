// What this service asks of Amazon SNS: signing certificates, which it keeps, and the confirmation of a subscription.
import { unavailable } from '@tideway/intake';

const TIMEOUT_MS = 4_000;
const MAX_BYTES = 64 * 1024;
const MAX_CERTIFICATES = 100;

export class SnsClient {
  readonly #certificates = new Map<string, string>();

  /** `baseUrl` stands for every host of SNS, for a stand-in; by default each is reached at its own address. */
  constructor(private readonly baseUrl?: string) {}

  /** The certificate at a path of `host`, in PEM. Rejects with IntakeError 503, to send again, where SNS cannot be reached. */
  async certificate(host: string, path: string): Promise<string> {
    const known = this.#certificates.get(host + path);
    if (known !== undefined) return known;
    const pem = await this.#get(host, path, 'the signing certificate could not be fetched');
    // Kept only where it is one; the oldest goes where there are too many.
    if (pem.includes('BEGIN CERTIFICATE')) {
      if (this.#certificates.size >= MAX_CERTIFICATES) this.#certificates.delete(this.#certificates.keys().next().value!);
      this.#certificates.set(host + path, pem);
    }
    return pem;
  }

  /** Confirms the subscription whose SubscribeURL has this path. Rejects as `certificate` does. */
  async confirm(host: string, path: string): Promise<void> {
    await this.#get(host, path, 'the subscription could not be confirmed');
  }

  async #get(host: string, path: string, problem: string): Promise<string> {
    try {
      const response = await fetch(`${this.baseUrl ?? `https://${host}`}${path}`, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      if (Number(response.headers.get('content-length') ?? 0) > MAX_BYTES) throw new Error('the answer is too large');
      return await response.text();
    } catch {
      throw unavailable('outage', `${problem} from ${host}: send the message again`);
    }
  }
}
