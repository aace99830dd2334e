// How identifiers are written as one text, and which of several a record is attributed by.
import type { IdentifierRules } from './rules.js';

/** `type:value`, the form in identity records, activities and keys. */
export function identifierKey(type: string, value: string): string {
  return `${type}:${value}`;
}

/** The identifiers of a record as [type, value], the strongest first. Types that the rules do not have are left out. */
export function orderedIdentifiers(identifiers: Record<string, string>, rules: IdentifierRules): [string, string][] {
  const priority = (type: string) => rules.types.get(type)!.priority;
  return Object.entries(identifiers)
    .filter(([type]) => rules.types.has(type))
    .sort(([a], [b]) => priority(a) - priority(b));
}

/** The identifier that a record is attributed by: the one with the lowest priority number; undefined where there is none. */
export function primaryIdentifier(identifiers: Record<string, string>, rules: IdentifierRules): [string, string] | undefined {
  return orderedIdentifiers(identifiers, rules)[0];
}
