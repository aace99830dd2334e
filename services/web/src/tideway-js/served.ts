// The answer to a request for /tideway.js: as small as the client can take it, or only that it has not changed.
import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { tidewayJs } from './generated.js';

export interface Served {
  status: 200 | 304;
  headers: Record<string, string>;
  body: Buffer;
}

const PLAIN = Buffer.from(tidewayJs);
/** The best first; packed once, as small as it gets. */
const PACKED = {
  br: brotliCompressSync(PLAIN, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  gzip: gzipSync(PLAIN, { level: 9 }),
};
// Weak: it names the script, in whatever encoding.
const ETAG = `W/"${createHash('sha256').update(PLAIN).digest('base64url').slice(0, 22)}"`;
const HEADERS = {
  'content-type': 'text/javascript; charset=utf-8',
  // Pages get a new version within the hour; a day longer they may use the old one while they ask.
  'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
  etag: ETAG,
  vary: 'accept-encoding',
  // The pages that embed it are on other sites; without it, browsers would not run the script there.
  'cross-origin-resource-policy': 'cross-origin',
};

/** The script for a client with these request headers; 304 where it has the current one (RFC 9110, 13.1.2). */
export function servedSnippet(request: { 'accept-encoding'?: string; 'if-none-match'?: string }): Served {
  const known = (request['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
  if (known.some((tag) => tag === '*' || tag === ETAG || `W/${tag}` === ETAG)) return { status: 304, headers: HEADERS, body: Buffer.alloc(0) };
  const encoding = encodingFor(request['accept-encoding'] ?? '');
  return encoding ? { status: 200, headers: { ...HEADERS, 'content-encoding': encoding }, body: PACKED[encoding] } : { status: 200, headers: HEADERS, body: PLAIN };
}

/** `gzip, br;q=0` names gzip only: RFC 9110, 12.5.3. */
function encodingFor(accepted: string): keyof typeof PACKED | undefined {
  const named = new Set(accepted.toLowerCase().split(',').filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry)).map((entry) => entry.split(';')[0]!.trim()));
  return (['br', 'gzip'] as const).find((encoding) => named.has(encoding));
}
