// The parts that definitions of both kinds are made of, with what an editor tells about each. What the catalog lists, the
// loader checks with a message of its own; json-schema.ts puts the lists in place, by `id`.
import { z } from 'zod';

export const DESCRIPTION = z.string().min(1).meta({ description: 'What it holds, in one sentence that a colleague understands' });
export const OWNER = z.string().min(1).meta({ description: 'The team that answers for it, such as lifecycle-marketing' });
export const PURPOSE = z.string().meta({ id: 'purpose', description: 'Purpose that members have consented to, of schemas/purposes.yaml' });
export const CHANNEL = z.string().meta({ id: 'channel', description: 'Channel of consent, of schemas/purposes.yaml' });
export const PRODUCT = z.string().meta({ id: 'product', description: 'Data product that activities come from, such as web.orders' });
export const ACTIVITY_TYPE = z.string().meta({ id: 'activity_type', description: 'Type of activity, such as order_completed' });
export const WHERE = z.record(z.string(), z.unknown()).meta({
  id: 'where',
  description: 'Comparisons per field, all must hold: a value (short for eq), a list (short for in), or comparisons such as { gte: 50000000 }',
});
/** A part of a segment's `when`: operators that hold conditions name it in their schema. */
export const CONDITION = z.unknown().meta({ id: 'condition', description: 'A condition: exactly one of the operators' });
export const DURATION = z.string().meta({ ...written('^[0-9]{1,6}[smhd]$', 'Write a length of time, such as 90s, 5m, 24h or 30d'), description: 'A length of time' });
export const INSTANT = z.string().meta({ description: 'A date or an instant, such as 2026-01-15 or 2026-01-15T12:00:00Z' });

/** A pattern for editors, with what they say in its place (`patternErrorMessage` of VS Code's language services). */
export function written(pattern: string, rule: string): { pattern: string; patternErrorMessage: string } {
  return { pattern, patternErrorMessage: rule };
}

/** What can be a name: the rule in words, and the filter of templates that makes one of any text. */
export interface NameRule {
  pattern: RegExp;
  rule: string;
  filter: string;
}
