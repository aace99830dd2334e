// The states of a partition's profiles, encoded, in a few large pieces of memory: a million small Buffers or texts would
// take several times as much, and each a collection of garbage its time.

/** Bytes of a piece, but for a record that is larger. */
const PIECE_BYTES = 1 << 20;
/** Before a record: its length. */
const HEAD_BYTES = 4;

export class StoredStates {
  /** Where the record of a profile begins: number of the piece * PIECE_BYTES + place in it. */
  readonly #places = new Map<string, number>();
  #pieces: Buffer[] = [];
  /** Place in the last piece where the next record goes. */
  #end = PIECE_BYTES;
  /** Bytes of records, heads included, that stand; and that were replaced or deleted. */
  #live = 0;
  #dead = 0;

  get size(): number {
    return this.#places.size;
  }

  /** Bytes that the records take, the replaced ones included. */
  get bytes(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
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
      this.#forget(kept);
    }
    this.#places.set(profileId, this.#append(value));
    this.#tidy();
  }

  delete(profileId: string): void {
    const known = this.#places.get(profileId);
    if (known === undefined) return;
    this.#forget(this.#at(known));
    this.#places.delete(profileId);
    this.#tidy();
  }

  #at(place: number): Buffer {
    return recordAt(this.#pieces, place);
  }

  #append(value: Buffer): number {
    const bytes = HEAD_BYTES + value.length;
    if (this.#end + bytes > PIECE_BYTES) {
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, bytes)));
      this.#end = 0;
    }
    const number = this.#pieces.length - 1;
    const [piece, start] = [this.#pieces[number]!, this.#end];
    piece.writeUInt32LE(value.length, start);
    value.copy(piece, start + HEAD_BYTES);
    this.#end += bytes;
    this.#live += bytes;
    return number * PIECE_BYTES + start;
  }

  #forget({ length }: Buffer): void {
    this.#live -= HEAD_BYTES + length;
    this.#dead += HEAD_BYTES + length;
  }

  /** Where half as much is dead as alive, copies what is alive: for every record that is replaced, two are copied. */
  #tidy(): void {
    if (this.#dead <= this.#live / 2 + PIECE_BYTES) return;
    const before = this.#pieces;
    [this.#pieces, this.#end, this.#live, this.#dead] = [[], PIECE_BYTES, 0, 0];
    for (const [profileId, place] of this.#places) this.#places.set(profileId, this.#append(recordAt(before, place)));
  }
}

function recordAt(pieces: readonly Buffer[], place: number): Buffer {
  const piece = pieces[Math.floor(place / PIECE_BYTES)]!;
  const start = (place % PIECE_BYTES) + HEAD_BYTES;
  return piece.subarray(start, start + piece.readUInt32LE(start - HEAD_BYTES));
}
