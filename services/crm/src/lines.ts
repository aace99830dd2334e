// The lines of an NDJSON body, as bytes; those of CSV are in csv-rows.ts.

export interface Line {
  bytes: Buffer;
  /** From 1, empty lines counted. */
  number: number;
}

/** The lines of `body` that are not blank, without their line ends (LF or CRLF). They share memory with `body`. */
export function lineSlices(body: Buffer): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let number = 1; start < body.length; number += 1) {
    const feed = body.indexOf(0x0a, start);
    const end = feed < 0 ? body.length : feed;
    const bytes = body.subarray(start, end > start && body[end - 1] === 0x0d ? end - 1 : end);
    if (bytes.some((byte) => byte > 0x20)) lines.push({ bytes, number });
    start = end + 1;
  }
  return lines;
}
