// `not`: a condition does not hold.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import { ALWAYS, conditionOperator, partsOf } from './operator.js';

export const not = conditionOperator<{ not?: unknown }>({
  schema: z.strictObject({ not: CONDITION }),
  compile(node, at, reader) {
    const part = reader.read(node.not, [...at, 'not']);
    return part && {
      ...partsOf([part]),
      holds: (subject) => !part.holds(subject),
      outcome: (subject) => -part.outcome(subject),
      sql: (columns) => `(NOT ${part.sql(columns)})`,
      prospect: ALWAYS,
      explain: (subject, depth) => [
        { depth, holds: !part.holds(subject), sentence: 'this must not hold:' },
        ...part.explain(subject, depth + 1),
      ],
    };
  },
});
