// The search for the highest rate that is held: doubling until one is not, then halving the distance.

export interface SearchOptions {
  /** The first rate that is tried, and the highest; events a second. */
  from: number;
  to: number;
  /** The distance, in events a second, of the highest rate that is held to one that is not. */
  resolution: number;
}

/**
 * The highest rate for which `isHeld` says true, to the resolution; undefined where none is. Where `from` is not held, rates
 * below it are searched too. Rates are multiples of the resolution, apart from the given ones. Rejects as `isHeld` does.
 */
export async function searchHeld(isHeld: (rate: number) => Promise<boolean>, { from, to, resolution }: SearchOptions): Promise<number | undefined> {
  let held = 0;
  let missed = Infinity;
  for (let rate = Math.min(from, to); missed === Infinity; rate = Math.min(rate * 2, to)) {
    if (await isHeld(rate)) held = rate;
    else missed = rate;
    if (held === to) return to;
  }
  while (missed - held > resolution) {
    const middle = Math.round((held + missed) / 2 / resolution) * resolution;
    // Multiples of the resolution may have nothing between the two.
    if (middle <= held || middle >= missed) break;
    if (await isHeld(middle)) held = middle;
    else missed = middle;
  }
  return held === 0 ? undefined : held;
}
