// Why a profile is in a segment or not: a sentence per condition, with this person's values.
import type { Segment } from '../definitions/segment.js';
import type { Finding } from '../operators/conditions/operator.js';
import { decisionAt, type Consents } from './consents.js';
import type { Subject } from './subject.js';

export interface Explanation {
  segment: string;
  member: boolean;
  /** Consent first, then the conditions, each before its parts. */
  findings: Finding[];
}

/** Why the subject is in a segment or not. */
export function explainSegment(segment: Segment, subject: Subject): Explanation {
  const findings = [consentFinding(segment, subject.state.consents, subject.now), ...segment.condition.explain(subject, 0)];
  return { segment: segment.name, member: findings[0]!.holds && segment.condition.holds(subject), findings };
}

function consentFinding(segment: Segment, consents: Consents, now: number): Finding {
  const found = decisionAt(consents, segment, now);
  const what = `consent to ${segment.purpose}${segment.channel === 'any' ? '' : ` on ${segment.channel}`}`;
  const state = found ? `was ${found.decision} at ${new Date(found.occurred_at).toISOString()}` : 'was never given';
  return { depth: 0, holds: found?.decision === 'granted', sentence: `${what} ${state}, must be granted` };
}
