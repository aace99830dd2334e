// Asks the API of the segments service, as the command line does.

/** Where the service is, and the key that it knows. */
export interface SegmentsTarget {
  url: string;
  key: string;
}

const TIMEOUT_MS = 60_000;

/** From the environment: TIDEWAY_SEGMENTS_URL and SEGMENTS_KEY, which `npm start` tells. Throws an Error that says what is missing. */
export function segmentsTarget(env: Record<string, string | undefined>): SegmentsTarget {
  const { TIDEWAY_SEGMENTS_URL: url, SEGMENTS_KEY: key } = env;
  if (!url) throw new Error('no mesh is running here: `npm start` in another terminal, or set TIDEWAY_SEGMENTS_URL to where the segments service is');
  if (!key) throw new Error('the segments service needs a key: set SEGMENTS_KEY to one whose hash it has in SEGMENTS_READER_KEYS, SEGMENTS_EXPORTER_KEYS or SEGMENTS_AUTHOR_KEYS');
  return { url: url.replace(/\/$/, ''), key };
}

/** One thing wrong in a definition. */
export interface DefinitionProblem {
  file: string;
  line: number;
  message: string;
}

/** The service refuses; `problems` where it is a definition that it refuses. */
export class SegmentsRefusal extends Error {
  constructor(readonly status: number, message: string, readonly problems: readonly DefinitionProblem[] = []) {
    super(message);
    this.name = 'SegmentsRefusal';
  }
}

/** The answer to a request, its body not read yet. Rejects with SegmentsRefusal, or an Error where nobody answers. */
export async function askSegments({ url, key }: SegmentsTarget, path: string, body?: string, method = body === undefined ? 'GET' : 'POST'): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/yaml' }) },
      ...(path.includes('/members') ? {} : { signal: AbortSignal.timeout(TIMEOUT_MS) }),
    });
  } catch (error) {
    throw new Error(`the segments service does not answer at ${url}: see whether it runs (${(error as Error).message})`, { cause: error });
  }
  if (response.ok) return response;
  const { code = '', message = '', problems } = await response.json().catch(() => ({})) as { code?: string; message?: string; problems?: DefinitionProblem[] };
  throw new SegmentsRefusal(response.status, `the segments service answers ${response.status} ${code}: ${message}`, problems);
}
