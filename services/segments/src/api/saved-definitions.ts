// The definitions in force, and the files that they were read from: the API shows them, and previews stand beside them.
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';
import { IntakeError } from '@tideway/intake';
import { loadCatalog, readFolder, type Catalog, type DefinitionText, type Definitions, type Evaluator, type Segment } from '../evaluate/index.js';

export interface SavedDefinitions {
  definitions: Definitions;
  evaluator: Evaluator;
  catalog: Catalog;
  texts: { traits: readonly DefinitionText[]; segments: readonly DefinitionText[] };
}

/** What the service started with. */
export function savedDefinitions(definitions: Definitions, evaluator: Evaluator, dir: string = schemasDir()): SavedDefinitions {
  const read = (folder: string) => readFolder(path.join(dir, folder), `schemas/${folder}`, []);
  return { definitions, evaluator, catalog: loadCatalog(dir), texts: { traits: read('traits'), segments: read('segments') } };
}

/** Throws IntakeError 404. */
export function segmentOf({ definitions }: SavedDefinitions, name: string): Segment {
  const segment = definitions.segments.find((one) => one.name === name);
  if (segment) return segment;
  throw new IntakeError(404, { code: 'not_found', field: 'name', message: `there is no segment "${name.slice(0, 80)}": GET /v1/segments lists those that there are` });
}
