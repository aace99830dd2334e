// The page must not notice: what the snippet throws is kept from it.

/** The function, with a warning instead of an exception. */
export function quiet<Args extends unknown[]>(work: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      console.warn('tideway:', error);
    }
  };
}
