// `any`: at least one condition of a list holds.
import { z } from 'zod';
import { CONDITION } from '../../definitions/vocabulary.js';
import type { TraitValue } from '../traits/operator.js';
import { conditionOperator, readEach } from './operator.js';

export const any = conditionOperator<{ any: unknown[] }>({
  schema: z.strictObject({ any: z.array(CONDITION).min(1) }),
  compile(node, at, reader) {
    const parts = readEach(node.any, [...at, 'any'], reader);
    if (!parts) return undefined;
    const holds = (values: readonly TraitValue[]) => parts.some((part) => part.holds(values));
    return {
      holds,
      sql: (column) => `(${parts.map((part) => part.sql(column)).join(' OR ')})`,
      explain: (values, depth) => [
        { depth, holds: holds(values), sentence: 'at least one of these must hold:' },
        ...parts.flatMap((part) => part.explain(values, depth + 1)),
      ],
      leaves: parts.flatMap((part) => part.leaves),
    };
  },
});
