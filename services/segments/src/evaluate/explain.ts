// Why a profile is in a segment or not: a sentence per condition, with this person's values.
import type { Segment } from '../definitions/segment.js';
import type { Finding } from '../operators/conditions/operator.js';
import type { TraitValue } from '../operators/traits/operator.js';
import { decisionAt, type Consents } from './consents.js';

export interface Explanation {
  segment: string;
  member: boolean;
  /** Consent first, then the conditions, each before its parts. */
  findings: Finding[];
}

/** @param values of all traits at `now`, by index */
export function explainSegment(segment: Segment, values: readonly TraitValue[], consents: Consents, now: number): Explanation {
  const findings = [consentFinding(segment, consents, now), ...segment.condition.explain(values, 0)];
  return { segment: segment.name, member: findings[0]!.holds && segment.condition.holds(values), findings };
}

function consentFinding(segment: Segment, consents: Consents, now: number): Finding {
  const found = decisionAt(consents, segment, now);
  const what = `consent to ${segment.purpose}${segment.channel === 'any' ? '' : ` on ${segment.channel}`}`;
  const state = found ? `was ${found.decision} at ${new Date(found.occurred_at).toISOString()}` : 'was never given';
  return { depth: 0, holds: found?.decision === 'granted', sentence: `${what} ${state}, must be granted` };
}
