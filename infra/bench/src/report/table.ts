// Markdown tables, and what stands in them.

/** A table; columns whose cells are all numbers, apart from the heading, stand to the right. */
export function table(heading: string[], rows: string[][]): string {
  const isNumber = (cell: string) => /^-?[\d.,]+( (s|ms|µs|%|MB|x))?$/.test(cell) || cell === '';
  const rule = heading.map((_, i) => (rows.every((row) => isNumber(row[i]!)) ? '---:' : '---'));
  return [heading, rule, ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** A number with this many digits after the point, and a comma between thousands. */
export function decimal(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Whole milliseconds; '' for what was not measured. */
export function ms(value: number | null | undefined): string {
  // JSON writes NaN as null.
  return value === undefined || value === null || Number.isNaN(value) ? '' : `${decimal(value)} ms`;
}

/** A goal with what came of it; the name of what is missed is said, not hidden. */
export function goal(what: string, wanted: string, got: string, reached: boolean): string[] {
  return [what, wanted, got, reached ? 'reached' : '**missed**'];
}
