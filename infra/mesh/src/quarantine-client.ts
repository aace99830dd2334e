// Replays entries of quarantine by the routes of the domain services, as the command line and tests do.
import type { QuarantineOriginal } from '@tideway/clickhouse';
import type { ReplayAnswer } from '@tideway/intake';

/** What is corrected: values by path, or all of the original. */
export interface ReplayOptions {
  set?: Record<string, unknown>;
  body?: string;
  dryRun?: boolean;
}

const TRIES = 5;
const TIMEOUT_MS = 15_000;

/** Where the domain services are, and the key that they know. */
export interface ReplayTargets {
  /** By name of the service, such as `paid-media`. */
  urls: ReadonlyMap<string, string>;
  key: string;
}

/** From the environment: TIDEWAY_WEB_URL, TIDEWAY_CRM_URL, … and QUARANTINE_KEY, which `npm start` tells. */
export function replayTargets(env: Record<string, string | undefined>): ReplayTargets {
  const urls = Object.entries(env).flatMap(([name, url]) => {
    const service = /^TIDEWAY_([A-Z0-9_]+)_URL$/.exec(name)?.[1];
    return service && url ? [[service.toLowerCase().replaceAll('_', '-'), url] as const] : [];
  });
  const key = env['QUARANTINE_KEY'];
  if (!key) throw new Error('a replay needs a key: set QUARANTINE_KEY to one whose hash the service has in QUARANTINE_KEYS');
  return { urls: new Map(urls), key };
}

/** The service that replays an entry: who refused a native event; for a record, who owns its product. */
export function replayService(entry: Pick<QuarantineOriginal, 'service' | 'product' | 'origin'>): string {
  return entry.origin === null ? entry.service : (entry.product ?? entry.service).split('.')[0]!;
}

/**
 * Asks the service of an entry to replay it; an outage is waited out for some seconds. Rejects with an Error that says
 * what is wrong and what to do: asking again never adds a second row.
 */
export async function replayEntry({ urls, key }: ReplayTargets, entry: QuarantineOriginal, { set, body, dryRun = false }: ReplayOptions): Promise<ReplayAnswer> {
  const service = replayService(entry);
  const url = urls.get(service);
  if (!url) {
    throw new Error(`${service} is not known to replay anything: set TIDEWAY_${service.toUpperCase().replaceAll('-', '_')}_URL where it is a domain service. `
      + 'What customer, segments and personalization make is made anew from their inputs, not replayed');
  }
  const request = JSON.stringify({ entry, ...(set ? { set } : {}), ...(body === undefined ? {} : { body }), dry_run: dryRun });
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`${url}/v1/quarantine/replay`, {
      method: 'POST', body: request, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await response.json() as ReplayAnswer & { code?: string; message?: string };
    if (response.ok) return answer;
    if (response.status !== 503 || attempt === TRIES) throw new Error(`${service} answers ${response.status} ${answer.code ?? ''}: ${answer.message ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000 * attempt));
  }
}
