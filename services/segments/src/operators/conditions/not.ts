// `not`: a condition does not hold.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import { conditionOperator } from './operator.js';

export const not = conditionOperator<{ not?: unknown }>({
  schema: z.strictObject({ not: CONDITION }),
  compile(node, at, reader) {
    const part = reader.read(node.not, [...at, 'not']);
    return part && {
      holds: (values) => !part.holds(values),
      sql: (column) => `(NOT ${part.sql(column)})`,
      explain: (values, depth) => [
        { depth, holds: !part.holds(values), sentence: 'this must not hold:' },
        ...part.explain(values, depth + 1),
      ],
      leaves: part.leaves,
    };
  },
});
