// A platform's API on a local port that answers as a test says, and the reports that are pulled from it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProductRecord } from '@tideway/contracts';
import { accountApi } from '../pull/account-api.js';
import type { Span } from '../pull/days.js';
import { Pace } from '../pull/pace.js';
import { parsePulls } from '../pull/pulls-file.js';

export interface Asked {
  method: string;
  url: URL;
  headers: Record<string, unknown>;
  body: string;
}

export interface Said {
  status?: number;
  body: unknown;
}

export interface LocalApi {
  url: string;
  asked: Asked[];
  stop(): void;
}

/** `answer` is asked for each request. */
export async function localApi(answer: (asked: Asked, url: string) => Said): Promise<LocalApi> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const each = { method: request.method!, url: new URL(request.url!, url), headers: request.headers, body: Buffer.concat(chunks).toString() };
      asked.push(each);
      const { status = 200, body } = answer(each, url);
      response.writeHead(status).end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The records of an account's days, page by page. */
export async function recordsOf(account: object, env: Record<string, string>, days: Span): Promise<ProductRecord[][]> {
  const [entry] = parsePulls({ accounts: [account] }, 'pulls.yaml', env).accounts;
  const pages: ProductRecord[][] = [];
  await accountApi(entry!, env, new Pace(60_000))({ signal: new AbortController().signal, onRetry: () => undefined }).fetch(days, days.from, async (items) => {
    pages.push(items.flatMap(({ outcome }) => (outcome.status === 'records' ? outcome.records : [])));
  });
  return pages;
}
