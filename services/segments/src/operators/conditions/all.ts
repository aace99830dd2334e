// `all`: every condition of a list holds.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import type { Subject } from '../../evaluate/subject.js';
import { conditionOperator, partsOf, readEach, type Condition } from './operator.js';

/** The condition that every one of `parts` holds. */
export function allOf(parts: readonly Condition[]): Condition {
  const holds = (subject: Subject) => parts.every((part) => part.holds(subject));
  return {
    ...partsOf(parts),
    holds,
    // While one part does not hold, the others do not matter: it comes to hold when the last of them does, or later.
    outcome(subject) {
      let [first, missing] = [Infinity, 0];
      for (const part of parts) {
        const outcome = part.outcome(subject);
        // Whatever the others do: they are not even asked.
        if (outcome === -Infinity) return outcome;
        if (outcome < 0) missing = Math.max(missing, -outcome);
        else first = Math.min(first, outcome);
      }
      return missing > 0 ? -missing : first;
    },
    sql: (columns) => `(${parts.map((part) => part.sql(columns)).join(' AND ')})`,
    prospect: {
      holds: (subject) => parts.every((part) => part.prospect.holds(subject)),
      sql: (columns) => `(${parts.map((part) => part.prospect.sql(columns)).join(' AND ')})`,
    },
    explain: (subject, depth) => [
      { depth, holds: holds(subject), sentence: 'all of these must hold:' },
      ...parts.flatMap((part) => part.explain(subject, depth + 1)),
    ],
  };
}

export const all = conditionOperator<{ all: unknown[] }>({
  schema: z.strictObject({ all: z.array(CONDITION).min(1) }),
  compile(node, at, reader) {
    const parts = readEach(node.all, [...at, 'all'], reader);
    return parts && allOf(parts);
  },
});
