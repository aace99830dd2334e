// What the API shows of the definitions in force, and what previews stand beside.
import { IntakeError } from '@tideway/intake';
import type { z } from 'zod';
import type { Compiled } from '../compiled.js';
import { DefinitionError, type Catalog, type DefinitionText, type Segment } from '../evaluate/index.js';
import type { Problems } from './answers.js';

export interface SavedDefinitions {
  compiled: Pick<Compiled, 'definitions' | 'evaluator'>;
  catalog: Catalog;
  /** Of files, and of what is written. */
  texts: { traits: readonly DefinitionText[]; segments: readonly DefinitionText[] };
}

/**
 * Throws IntakeError 503 for routes of the API as long as written definitions are being read, after a start: a segment that was
 * written would not be found yet, and who removes it would be told that there is none.
 */
export function checkKnown(url: string, { isRead }: { isRead: boolean }): void {
  if (isRead || !url.startsWith('/v1/')) return;
  throw new IntakeError(503, { code: 'starting', field: '', message: 'the service has started, and is reading written definitions: ask again' }, { 'retry-after': '1' });
}

/** Throws IntakeError 404. */
export function segmentOf({ compiled: { definitions } }: Pick<SavedDefinitions, 'compiled'>, name: string): Segment {
  const segment = definitions.segments.find((one) => one.name === name);
  if (segment) return segment;
  throw new IntakeError(404, { code: 'not_found', field: 'name', message: `there is no segment "${name.slice(0, 80)}": GET /v1/segments lists those that there are` });
}

/** What `compile` gives; where the definitions are wrong, throws IntakeError 422 with every problem. */
export function compiledOrRefused<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const refusal: z.infer<typeof Problems> = { code: 'definition', field: 'body', message: error.message, problems: error.problems.map((problem) => ({ ...problem })) };
    throw new IntakeError(422, refusal);
  }
}
