// `all`: every condition of a list holds.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import type { TraitValue } from '../traits/operator.js';
import { conditionOperator, readEach } from './operator.js';

export const all = conditionOperator<{ all: unknown[] }>({
  schema: z.strictObject({ all: z.array(CONDITION).min(1) }),
  compile(node, at, reader) {
    const parts = readEach(node.all, [...at, 'all'], reader);
    if (!parts) return undefined;
    const holds = (values: readonly TraitValue[]) => parts.every((part) => part.holds(values));
    return {
      holds,
      sql: (column) => `(${parts.map((part) => part.sql(column)).join(' AND ')})`,
      explain: (values, depth) => [
        { depth, holds: holds(values), sentence: 'all of these must hold:' },
        ...parts.flatMap((part) => part.explain(values, depth + 1)),
      ],
      leaves: parts.flatMap((part) => part.leaves),
    };
  },
});
