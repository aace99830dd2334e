// `segment`: the person is a member of another segment: its condition holds, and its purpose is consented to.
import { z } from 'zod';
import { decisionAt, nextDecisionAt } from '../../evaluate/consents.js';
import { consentFinding } from '../../evaluate/explain.js';
import type { Subject } from '../../evaluate/subject.js';
import { conditionOperator } from './operator.js';

export const segment = conditionOperator<{ segment: string }>({
  schema: z.strictObject({ segment: z.string() }),
  compile(node, at, reader) {
    const other = reader.segment(node.segment, [...at, 'segment']);
    if (!other) return undefined;
    const { condition } = other;
    const isGranted = ({ state, now }: Subject) => decisionAt(state.consents, other, now)?.decision === 'granted';
    const holds = (subject: Subject) => isGranted(subject) && condition.holds(subject);
    return {
      accumulators: condition.accumulators,
      scopes: [other, ...condition.scopes],
      leaves: condition.leaves,
      ranks: condition.ranks ?? [],
      traits: condition.traits ?? [],
      holds,
      // Without consent the condition does not matter, and where the condition does not hold, consent does not.
      outcome(subject) {
        const decided = nextDecisionAt(subject.state.consents, other, subject.now);
        return isGranted(subject) ? Math.min(decided, condition.outcome(subject)) : -decided;
      },
      sql: (columns) => `(${columns.consent(other)} AND ${condition.sql(columns)})`,
      prospect: {
        holds: (subject) => isGranted(subject) && condition.prospect.holds(subject),
        sql: (columns) => `(${columns.consent(other)} AND ${condition.prospect.sql(columns)})`,
      },
      explain: (subject, depth) => [
        { depth, holds: holds(subject), sentence: `must be in segment ${other.name}:` },
        consentFinding(other, subject, depth + 1),
        ...condition.explain(subject, depth + 1),
      ],
    };
  },
});
