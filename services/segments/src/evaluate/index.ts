// What the segments service uses of the engine: definitions, evaluation in the stream, SQL, explanation.
export type { Activity } from '../definitions/fields.js';
export { loadCatalog, type Catalog } from '../definitions/catalog.js';
export { loadDefinitions, parseDefinitions, readFolder, type DefinitionText, type Definitions } from '../definitions/load.js';
export type { Segment } from '../definitions/segment.js';
export { definitionName, DefinitionError, type Problem } from '../definitions/source.js';
export type { Trait } from '../definitions/trait.js';
export type { Finding } from '../operators/conditions/operator.js';
export type { TraitValue } from '../operators/traits/operator.js';
export { compileMembersSql } from '../sql/members.js';
export { compileTraitsSql } from '../sql/traits.js';
export { createEvaluator, type Evaluation, type Evaluator, type ProfileState } from './evaluator.js';
export type { Explanation } from './explain.js';
export { rowToActivity } from './row.js';
export { runCases, type CaseResult } from './run-cases.js';
export { packState, unpackState } from './pack.js';
