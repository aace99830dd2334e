// The one file of a ZIP archive, as reports are packed.
import { inflateRawSync } from 'node:zlib';

const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;
/** Far beyond any report of a month. */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * The first file of an archive, by its central directory
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3). Throws Error where it is no archive, or a broken one.
 */
export function unzipped(archive: Buffer): Buffer {
  let end = archive.length - END_BYTES;
  while (end >= 0 && archive.readUInt32LE(end) !== END) end -= 1;
  if (end < 0) throw new Error('the file is no ZIP archive, or was cut off');
  const entry = archive.readUInt32LE(end + 16);
  if (entry + 46 > archive.length || archive.readUInt32LE(entry) !== CENTRAL) throw new Error('the ZIP archive has no file');
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const bytes = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + packedBytes);
  const file = method === STORED ? packed : method === DEFLATED ? inflateRawSync(packed, { maxOutputLength: MAX_BYTES }) : undefined;
  if (file?.length !== bytes) throw new Error('the ZIP archive is broken, or packed in a way that is not known');
  return file;
}
