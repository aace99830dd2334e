// Why a profile is in a segment or not: a sentence per condition, with this person's values.
import type { Segment } from '../definitions/segment.js';
import type { Finding } from '../operators/conditions/operator.js';
import { decisionAt, type Scope } from './consents.js';
import type { Subject } from './subject.js';

export interface Explanation {
  segment: string;
  member: boolean;
  /** Consent first, then the conditions, each before its parts. */
  findings: Finding[];
}

/** Why the subject is in a segment or not. */
export function explainSegment(segment: Segment, subject: Subject): Explanation {
  const findings = [consentFinding(segment, subject, 0), ...segment.condition.explain(subject, 0)];
  return { segment: segment.name, member: findings[0]!.holds && segment.condition.holds(subject), findings };
}

/** Whether a purpose is consented to, on a channel or at all. */
export function consentFinding(scope: Scope, { state, now }: Subject, depth: number): Finding {
  const found = decisionAt(state.consents, scope, now);
  const what = `consent to ${scope.purpose}${scope.channel === 'any' ? '' : ` on ${scope.channel}`}`;
  const decided = found ? `was ${found.decision} at ${new Date(found.occurred_at).toISOString()}` : 'was never given';
  return { depth, holds: found?.decision === 'granted', sentence: `${what} ${decided}, must be granted` };
}
