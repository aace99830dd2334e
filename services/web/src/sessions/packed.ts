// How a visitor is kept, in memory and in the changelog: as JSON while a session goes on, which every event changes, and
// deflated to a quarter of it for the hours after.
import { deflateSync, inflateSync } from 'node:zlib';
import type { Visitor } from './visitor.js';

/** What visitors have in common, what is most common last. States in the changelog were packed with it: a change has to read both. */
const DICTIONARY = Buffer.from([
  '"utm_term":"","utm_id":"","utm_content":"","click_id_type":"fbclid","click_id":"","click_id_type":"gclid","click_id":"',
  '"device":"tablet"},"device":"desktop","country":"},"device":"mobile","country":"DE"}}"channel":"referral","channel":"email","channel":"organic_search",',
  '"channel":"paid_social","channel":"paid_search","channel":"direct","utm_source":"google","utm_medium":"cpc","utm_campaign":"',
  '?utm_source=google&utm_medium=cpc&utm_campaign=&gclid=","user_id":{"value":"{"open":[{"session":{"first":[179,"],"last":[179,"],',
  '"source":"segment:shop","identifiers":{"anonymous_id":{"value":"","moment":[179,"]}},"ids":["","],"pageViews":1,"events":1,"converted":false,',
  '"entry":{"moment":[179,"],"url":"https://www.","landing":{"channel":"direct","device":"desktop"}},"exit":{"moment":[179,"],"url":"https://www."}},"due":false}],"published":["',
].join(''));
/**
 * A small window: states are short, and zlib clears its memory for each of them. What comes out lies in a buffer of a chunk, of
 * 16 kB by default, however little it is: thousands of visitors are packed for one transaction.
 */
const ZLIB = { dictionary: DICTIONARY, windowBits: 12, chunkSize: 2_048 };
const BRACE = '{'.charCodeAt(0);

export interface Unpacked {
  visitor: Visitor;
  /** Of its JSON. */
  bytes: number;
}

export function pack(visitor: Visitor): Buffer {
  const json = Buffer.from(JSON.stringify(visitor));
  return visitor.open.some(({ due }) => due) ? json : deflateSync(json, { ...ZLIB, memLevel: 5 });
}

/** Throws for what pack() has not made. Zlib's first byte is never a brace: https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
export function unpack(packed: Buffer): Unpacked {
  const json = packed[0] === BRACE ? packed : inflateSync(packed, ZLIB);
  return { visitor: JSON.parse(json.toString()) as Visitor, bytes: json.length };
}
