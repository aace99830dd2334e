// The states of a partition's profiles, encoded, in a few large pieces of memory: a million small Buffers or texts would
// take several times as much, and each a collection of garbage its time.

/** Bytes of a piece, but for a record that is larger. */
const PIECE_BYTES = 1 << 20;
/** Before a record: its length. */
const HEAD_BYTES = 4;
/** Records that are looked at with each one that changes, while pieces are cleared: all at once would take as long as nothing else may wait. */
const LOOKED_AT_ONCE = 50;

/** Pieces below a number, of which the records that stand are copied into later ones, bit by bit. */
interface Clearing {
  below: number;
  /** The records that were not looked at yet. */
  rest: Iterator<[string, number]>;
}

export class StoredStates {
  /** Where the record of a profile begins: number of the piece * PIECE_BYTES + place in it. */
  readonly #places = new Map<string, number>();
  /** By number; those that were cleared are gone. */
  readonly #pieces = new Map<number, Buffer>();
  /** Number of the next piece. */
  #next = 0;
  /** Place in the last piece where the next record goes. */
  #end = PIECE_BYTES;
  /** Bytes of records, heads included, that stand; and that were replaced or deleted, but for those in pieces that are cleared. */
  #live = 0;
  #dead = 0;
  #clearing: Clearing | undefined;

  constructor(private readonly lookedAtOnce = LOOKED_AT_ONCE) {}

  get size(): number {
    return this.#places.size;
  }

  /** Bytes that the records take, the replaced ones included. */
  get bytes(): number {
    return [...this.#pieces.values()].reduce((sum, piece) => sum + piece.length, 0);
  }

  has(profileId: string): boolean {
    return this.#places.has(profileId);
  }

  /** The bytes of a profile's state: to be read at once, as the next `set` or `delete` of any profile may move or replace them. */
  get(profileId: string): Buffer | undefined {
    const place = this.#places.get(profileId);
    return place === undefined ? undefined : this.#at(place);
  }

  /** All of them, in no order that matters; what is set or deleted meanwhile may come or not. */
  *entries(): Generator<[string, Buffer]> {
    for (const [profileId, place] of this.#places) yield [profileId, this.#at(place)];
  }

  /** Keeps a copy. */
  set(profileId: string, value: Buffer): void {
    const known = this.#places.get(profileId);
    if (known !== undefined) {
      const kept = this.#at(known);
      if (kept.length === value.length) {
        value.copy(kept);
        return;
      }
      this.#forget(known);
    }
    this.#places.set(profileId, this.#append(value));
    this.#tidy();
  }

  delete(profileId: string): void {
    const known = this.#places.get(profileId);
    if (known === undefined) return;
    this.#forget(known);
    this.#places.delete(profileId);
    this.#tidy();
  }

  #at(place: number): Buffer {
    const piece = this.#pieces.get(Math.floor(place / PIECE_BYTES))!;
    const start = (place % PIECE_BYTES) + HEAD_BYTES;
    return piece.subarray(start, start + piece.readUInt32LE(start - HEAD_BYTES));
  }

  #append(value: Buffer): number {
    const bytes = HEAD_BYTES + value.length;
    if (this.#end + bytes > PIECE_BYTES) {
      this.#pieces.set(this.#next, Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, bytes)));
      this.#next += 1;
      this.#end = 0;
    }
    const number = this.#next - 1;
    const [piece, start] = [this.#pieces.get(number)!, this.#end];
    piece.writeUInt32LE(value.length, start);
    value.copy(piece, start + HEAD_BYTES);
    this.#end += bytes;
    this.#live += bytes;
    return number * PIECE_BYTES + start;
  }

  #forget(place: number): void {
    const bytes = HEAD_BYTES + this.#at(place).length;
    this.#live -= bytes;
    if (!this.#isCleared(place)) this.#dead += bytes;
  }

  #isCleared(place: number): boolean {
    return this.#clearing !== undefined && place < this.#clearing.below * PIECE_BYTES;
  }

  /** Where half as much is dead as alive, begins to copy what is alive, and then goes on with it: for every record that is replaced, two are copied. */
  #tidy(): void {
    if (!this.#clearing) {
      if (this.#dead <= this.#live / 2 + PIECE_BYTES) return;
      [this.#clearing, this.#dead, this.#end] = [{ below: this.#next, rest: this.#places.entries() }, 0, PIECE_BYTES];
    }
    const { below, rest } = this.#clearing;
    for (let looked = 0; looked < this.lookedAtOnce; looked += 1) {
      const next = rest.next();
      if (next.done) return this.#cleared(below);
      const [profileId, place] = next.value;
      if (!this.#isCleared(place)) continue;
      const record = this.#at(place);
      this.#forget(place);
      this.#places.set(profileId, this.#append(record));
    }
  }

  #cleared(below: number): void {
    for (const number of this.#pieces.keys()) if (number < below) this.#pieces.delete(number);
    this.#clearing = undefined;
  }
}
