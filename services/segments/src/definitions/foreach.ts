// `foreach` of a template: lists whose combinations are all made, or rows of values that belong together.
import { z } from 'zod';
import type { SourceFile } from './source.js';

type Scalar = string | number | boolean;
/** A value for each key of `foreach`. */
export type Combination = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** More than anybody reads through, and a slip of the pen (three lists of 20) makes thousands. */
const MAX_DEFINITIONS = 500;
const KEY = /^[a-z][a-z0-9_]*$/;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const value = z.union([scalar, z.array(scalar).min(1)], { error: 'write a text, a number, true or false, or a list of these' });
const key = z.string().regex(KEY);
const badKey = { error: (issue: { code?: string }) => (issue.code === 'invalid_key' ? 'write its name with small letters, digits and underscores, a letter first' : undefined) };
const LISTS = z.record(key, z.array(value).min(1, 'give it at least one value'), badKey);
const ROWS = z.array(z.record(key, value, badKey)).min(1, 'give it at least one row');
/** Lists by key, of which every combination is made; or rows of values that belong together. */
export const FOREACH = z.union([LISTS, ROWS]).meta({ description: 'Makes a definition for every combination of the values, or for every row; ${key} stands for the value' });

/** The combinations, at least one; undefined where they cannot be made out, which is reported. */
export function combinationsOf(foreach: unknown, file: SourceFile): Combination[] | undefined {
  const at = ['foreach'];
  if (Array.isArray(foreach)) {
    const rows = file.check(ROWS, foreach, at);
    if (rows) checkRows(rows, file);
    return rows && within(rows.length, file) ? rows : undefined;
  }
  const lists = file.check(LISTS, foreach, at);
  if (!lists || !within(Object.values(lists).reduce((count, values) => count * values.length, 1), file)) return undefined;
  return Object.entries(lists).reduce<Combination[]>(
    (combinations, [name, values]) => combinations.flatMap((combination) => values.map((each) => ({ ...combination, [name]: each }))),
    [{}],
  );
}

function within(count: number, file: SourceFile): boolean {
  if (count > MAX_DEFINITIONS) file.report(['foreach'], `this makes ${count} definitions, and a file makes at most ${MAX_DEFINITIONS}: leave some values out, or write two files`);
  return count <= MAX_DEFINITIONS;
}

function checkRows(rows: readonly Combination[], file: SourceFile): void {
  const keys = Object.keys(rows[0]!);
  for (const [index, row] of rows.entries()) {
    const different = [...keys.filter((name) => !Object.hasOwn(row, name)), ...Object.keys(row).filter((name) => !keys.includes(name))];
    if (different.length > 0) file.report(['foreach', index], `rows have the same keys, and this one and the first differ in ${different.join(', ')}: add it where it is missing`);
  }
}
