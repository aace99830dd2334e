// What is wrong in definitions, for specs.
import { expect } from '@jest/globals';
import { DefinitionError } from '../definitions/source.js';

/** The problems that `run` throws, a line each; none where it does not. */
export function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof DefinitionError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

/** The text with `to` in place of `from`, which has to be in it. */
export function swap(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, () => to);
}
