// The elements of a JSON list while it is still coming in: a stream of reports is never in memory as a whole.

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Cuts a list of objects into the bytes of each; whatever stands between them is left to whoever wrote it. */
export class JsonElements {
  #held: Buffer[] = [];
  #depth = 0;
  #inText = false;
  #escaped = false;
  #ended = false;

  /** The elements that `chunk` completes. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = this.#depth > 1 ? 0 : -1;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#inText) this.#text(byte);
      else if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        this.#depth += 1;
        if (this.#depth === 2) start = at;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#depth -= 1;
        if (this.#depth === 0) this.#ended = true;
        if (this.#depth !== 1) continue;
        yield Buffer.concat([...this.#held, chunk.subarray(start, at + 1)]);
        this.#held = [];
        start = -1;
      }
    }
    if (start >= 0) this.#held.push(Buffer.from(chunk.subarray(start)));
  }

  /** Whether the list has been closed: a stream that ends before was cut off. */
  get complete(): boolean {
    return this.#ended && this.#depth === 0;
  }

  #text(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }
}
