// Bodies as the bytes that were sent: signatures are checked over them, and quarantine keeps them.
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badRequest, bodyTooLarge, unsupported } from './errors.js';

export interface BodyLimits {
  /** Largest body, as sent and as unpacked, in bytes. */
  maxBodyBytes: number;
  /** Media types that are taken, in lower case. */
  contentTypes: string[];
}

const ENCODINGS = new Map([['gzip', promisify(gunzip)], ['x-gzip', promisify(gunzip)], ['deflate', promisify(inflate)]]);

/** The body of a request, unpacked; empty where it has none. */
export function rawBody(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Makes every body of `fastify` a Buffer of at most `maxBodyBytes`, before and after unpacking. */
export function registerRawBody(fastify: FastifyInstance, limits: BodyLimits): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.maxBodyBytes }, async (request: FastifyRequest, body: Buffer) =>
    unpacked(body, encodingOf(request.headers['content-encoding']), limits.maxBodyBytes));
}

/** Throws IntakeError before anything of the body is read: 413 by its declared length, 415 by type or encoding. */
export function checkBodyHeaders(headers: FastifyRequest['headers'], limits: BodyLimits): void {
  if (Number(headers['content-length'] ?? 0) > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  const hasBody = headers['content-length'] !== '0' && (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined);
  if (hasBody && !limits.contentTypes.includes(type)) throw unsupported('content-type', `the content type must be ${limits.contentTypes.join(' or ')}`);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') throw unsupported('content-type', 'the charset must be utf-8');
  const encoding = encodingOf(headers['content-encoding']);
  if (encoding !== undefined && !ENCODINGS.has(encoding)) throw unsupported('content-encoding', 'the content encoding must be gzip, deflate or identity');
}

/** The encoding of a body; undefined where it is none. */
export function encodingOf(header: string | undefined): string | undefined {
  const encoding = (header ?? '').trim().toLowerCase();
  return encoding === '' || encoding === 'identity' ? undefined : encoding;
}

/** Unpacks a body. The limit is kept while unpacking, so that a small body cannot become a large one: 413, and 400 for damaged data. */
async function unpacked(body: Buffer, encoding: string | undefined, maxBodyBytes: number): Promise<Buffer> {
  const unpack = encoding === undefined ? undefined : ENCODINGS.get(encoding);
  if (!unpack || encoding === undefined) return body;
  const options = { maxOutputLength: maxBodyBytes };
  try {
    return await unpack(body, options);
  } catch (error) {
    if (tooLarge(error)) throw bodyTooLarge(maxBodyBytes, 'the unpacked body');
    // `deflate` is zlib's format (RFC 9110, 8.4.1.2), but some senders leave its header out.
    if (encoding === 'deflate') return promisify(inflateRaw)(body, options).catch((raw: unknown) => Promise.reject(tooLarge(raw) ? bodyTooLarge(maxBodyBytes, 'the unpacked body') : damaged(encoding)));
    throw damaged(encoding);
  }
}

const tooLarge = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
const damaged = (encoding: string) => badRequest('invalid_encoding', 'content-encoding', `the body is not ${encoding}, or was cut off`);
