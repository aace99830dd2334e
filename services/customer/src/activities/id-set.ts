// A set of uuids in 16 bytes each, outside of the garbage collector's sight.
import { hash } from 'node:crypto';

export const WORDS = 4;
export const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const SHARDS = 64;
const FIRST_CAPACITY = 64;
/** Beyond this load, linear probing gets slow. */
const MAX_LOAD = 0.7;
const UUID_LENGTH = 36;
const DASH = 45;
/** By character code what a digit of a uuid stands for, as they are written here (RFC 9562: lower case); -1 for all else. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** An id as four 32-bit words; never all zero, which marks an empty slot. */
export type IdWords = Uint32Array;

/** The words of a uuid; any other text is hashed to words, so that every id counts. */
export function idWords(id: string): IdWords {
  return wordsOfUuid(id) ?? new Uint32Array(Uint8Array.from(hash('sha1', id, 'buffer').subarray(0, WORDS * WORD_BYTES)).buffer);
}

/** Each event comes by here, and a takeover reads those of eight days: character by character is ten times as quick as by a pattern. */
function wordsOfUuid(id: string): IdWords | undefined {
  if (id.length !== UUID_LENGTH) return undefined;
  const words = new Uint32Array(WORDS);
  let digits = 0;
  for (let i = 0; i < UUID_LENGTH; i += 1) {
    const code = id.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== DASH) return undefined;
      continue;
    }
    const digit = DIGITS[code] ?? -1;
    if (digit < 0) return undefined;
    words[digits >> 3] = (words[digits >> 3]! << 4) | digit;
    digits += 1;
  }
  return words.some((word) => word !== 0) ? words : undefined;
}

/**
 * Open addressing with linear probing on typed arrays: 16 to 46 bytes an id, against about 100 of a Set of strings,
 * which also costs every garbage collection. In shards, so that growing never pauses for more than one of them.
 */
export class IdSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());

  has(words: IdWords): boolean {
    const mixed = mix(words);
    return this.#shards[mixed % SHARDS]!.has(words, mixed);
  }

  /** Adding an id that is in the set changes nothing. */
  add(words: IdWords): void {
    const mixed = mix(words);
    this.#shards[mixed % SHARDS]!.add(words, mixed);
  }

  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.size, 0);
  }

  /** Bytes of memory that the ids take, with the room to grow. */
  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.bytes, 0);
  }
}

class Shard {
  #slots = new Uint32Array(FIRST_CAPACITY * WORDS);
  size = 0;

  get bytes(): number {
    return this.#slots.byteLength;
  }

  has(words: IdWords, mixed: number): boolean {
    return this.#isTaken(this.#slotOf(words, mixed));
  }

  add(words: IdWords, mixed: number): void {
    const slot = this.#slotOf(words, mixed);
    if (this.#isTaken(slot)) return;
    this.#slots.set(words, slot);
    this.size++;
    if (this.size * WORDS > this.#slots.length * MAX_LOAD) this.#grow();
  }

  /** Index of the id's words, or of the empty slot where they belong. */
  #slotOf(words: IdWords, mixed: number): number {
    const slots = this.#slots;
    const last = slots.length / WORDS - 1;
    for (let place = Math.floor(mixed / SHARDS) & last; ; place = (place + 1) & last) {
      const slot = place * WORDS;
      if (!this.#isTaken(slot)) return slot;
      if (slots[slot] === words[0] && slots[slot + 1] === words[1] && slots[slot + 2] === words[2] && slots[slot + 3] === words[3]) return slot;
    }
  }

  #isTaken(slot: number): boolean {
    const slots = this.#slots;
    return (slots[slot]! | slots[slot + 1]! | slots[slot + 2]! | slots[slot + 3]!) !== 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += WORDS) {
      const words = old.subarray(slot, slot + WORDS);
      if ((words[0]! | words[1]! | words[2]! | words[3]!) !== 0) this.#slots.set(words, this.#slotOf(words, mix(words)));
    }
  }
}

/** 32 bits that depend on every bit of the id: some versions of uuids have time or a constant in most of them. */
function mix(words: IdWords): number {
  let mixed = 0;
  for (let word = 0; word < WORDS; word++) {
    mixed = Math.imul(mixed ^ words[word]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
