// `any`: at least one condition of a list holds.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import type { Subject } from '../../evaluate/subject.js';
import { conditionOperator, partsOf, readEach } from './operator.js';

export const any = conditionOperator<{ any: unknown[] }>({
  schema: z.strictObject({ any: z.array(CONDITION).min(1) }),
  compile(node, at, reader) {
    const parts = readEach(node.any, [...at, 'any'], reader);
    if (!parts) return undefined;
    const holds = (subject: Subject) => parts.some((part) => part.holds(subject));
    return {
      ...partsOf(parts),
      holds,
      // While one part holds, the others do not matter: it ceases to hold when the last of those that do does, or later.
      outcome(subject) {
        let [first, holding] = [Infinity, 0];
        for (const part of parts) {
          const outcome = part.outcome(subject);
          // Whatever the others do: they are not even asked.
          if (outcome === Infinity) return outcome;
          if (outcome > 0) holding = Math.max(holding, outcome);
          else first = Math.min(first, -outcome);
        }
        return holding > 0 ? holding : -first;
      },
      sql: (columns) => `(${parts.map((part) => part.sql(columns)).join(' OR ')})`,
      prospect: {
        holds: (subject) => parts.some((part) => part.prospect.holds(subject)),
        sql: (columns) => `(${parts.map((part) => part.prospect.sql(columns)).join(' OR ')})`,
      },
      explain: (subject, depth) => [
        { depth, holds: holds(subject), sentence: 'at least one of these must hold:' },
        ...parts.flatMap((part) => part.explain(subject, depth + 1)),
      ],
    };
  },
});
