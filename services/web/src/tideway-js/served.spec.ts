import path from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { bundleSnippet } from './bundle.js';
import { tidewayJs } from './generated.js';
import { servedSnippet } from './served.js';

describe('tideway.js', () => {
  it('is what its sources give; else run: npm run snippet -w services/web', async () => {
    expect(tidewayJs).toBe(await bundleSnippet(path.resolve(import.meta.dirname, '../snippet')));
  });

  it('is smaller than 3 kB, packed as most servers pack', () => {
    expect(gzipSync(tidewayJs).length).toBeLessThan(3_000);
  });

  it('names no other site', () => {
    expect(tidewayJs).not.toMatch(/https?:\/\//);
  });

  it('comes in the smallest encoding that the client takes', () => {
    const unpacked = ({ headers, body }: ReturnType<typeof servedSnippet>) => {
      const encoding = headers['content-encoding'];
      return [encoding, String(encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body)];
    };
    for (const [accepted, encoding] of [['gzip, deflate, br, zstd', 'br'], ['GZIP', 'gzip'], ['br;q=0, gzip;q=0.5', 'gzip'], ['br; q=0.0', undefined], ['deflate', undefined], [undefined, undefined]] as const) {
      expect(unpacked(servedSnippet({ 'accept-encoding': accepted }))).toEqual([encoding, tidewayJs]);
    }
  });

  it('is not sent again to a client that has it', () => {
    const { headers } = servedSnippet({});
    const etag = headers['etag']!;
    for (const tag of [etag, etag.slice(2), `"other", ${etag}`, '*']) expect(servedSnippet({ 'if-none-match': tag })).toMatchObject({ status: 304, body: Buffer.alloc(0), headers: { etag } });
    expect(servedSnippet({ 'if-none-match': '"other"' }).status).toBe(200);
  });

  it('may be run by pages of every site, and kept for an hour', () => {
    expect(servedSnippet({}).headers).toMatchObject({
      'cross-origin-resource-policy': 'cross-origin', vary: 'accept-encoding', 'content-type': 'text/javascript; charset=utf-8', 'cache-control': expect.stringContaining('max-age=3600'),
    });
  });
});
