// Which of the profiles and new identifiers that a record names may be joined into one profile.
import type { IdentifierType } from '@tideway/identifiers';

/** What the graph needs of schemas/identifiers.yaml: a part of the library's IdentifierRules. */
export interface JoinRules {
  types: ReadonlyMap<string, Pick<IdentifierType, 'unique' | 'limit' | 'merges'>>;
}

/** One profile that a record names, or one identifier that is new. */
export interface Part {
  /** undefined: a new identifier. */
  profileId: string | undefined;
  /** All identifiers of the profile, as `type:value`. */
  identifiers: readonly string[];
  /** Those of them that the record carries, strongest first. */
  carried: string[];
  /** Splits that the profile took part in: the same of all its identifiers, see customer.identities. */
  apart?: readonly string[];
}

/** Why a merge is refused. */
export interface Refusal {
  rule: 'unique' | 'limit' | 'split';
  /** Identifier type of which there would be too many; none where profiles stay apart because an operator split them. */
  type?: string;
}

export interface Joining {
  /** Become one profile, the record's. The first part is the one that a refused merge leaves the record with. */
  joined: Part[];
  /** New identifiers for which the record's profile has no room: each a profile of its own. */
  alone: Part[];
  refusal?: Refusal;
}

/** The type of a `type:value` identifier. */
export function typeOf(identifier: string): string {
  return identifier.slice(0, identifier.indexOf(':'));
}

/**
 * Decides what a record joins; `parts` stand in the order of the record's identifiers, strongest first, and are
 * at least one. All of them are joined, or, where that breaks a rule, only the strongest with the new identifiers
 * that it has room for: a merge is whole or does not happen, so that what is left apart never depends on luck.
 */
export function decideJoining(parts: readonly Part[], rules: JoinRules): Joining {
  const candidates = linkedParts(parts, rules);
  const refusal = refusalOf(candidates, rules);
  if (!refusal) return { joined: candidates, alone: [] };
  const joined = [candidates[0]!];
  for (const part of candidates.slice(1)) {
    if (part.profileId === undefined && !refusalOf([...joined, part], rules)) joined.push(part);
  }
  return { joined, alone: candidates.filter((part) => part.profileId === undefined && !joined.includes(part)), refusal };
}

/**
 * The parts that the record links at all. A type that does not merge (a deal has several contacts) brings in its
 * profile only as long as nobody is known behind it; that a known person stays apart is no conflict.
 */
function linkedParts(parts: readonly Part[], rules: JoinRules): Part[] {
  if (parts.length === 1) return [...parts];
  const merges = (identifier: string) => rules.types.get(typeOf(identifier))?.merges ?? true;
  const isPerson = (part: Part) => part.identifiers.some(merges);
  const linking = parts.filter((part) => part.carried.some(merges));
  const core = linking.length > 0 ? linking : [parts.find(isPerson) ?? parts[0]!];
  return [...core, ...parts.filter((part) => !core.includes(part) && !isPerson(part))];
}

/** The first rule that one profile of all `parts` would break; a part that breaks it already is no reason. */
function refusalOf(parts: readonly Part[], rules: JoinRules): Refusal | undefined {
  if (parts.length === 1) return undefined;
  if (areApart(parts)) return { rule: 'split' };
  const total = new Map<string, number>();
  const largest = new Map<string, number>();
  for (const part of parts) {
    for (const [type, count] of countByType(part.identifiers)) {
      total.set(type, (total.get(type) ?? 0) + count);
      largest.set(type, Math.max(largest.get(type) ?? 0, count));
    }
  }
  for (const [type, { unique, limit }] of rules.types) {
    const count = total.get(type) ?? 0;
    if (count > (unique ? 1 : limit) && count > largest.get(type)!) return { rule: unique ? 'unique' : 'limit', type };
  }
  return undefined;
}

/** Whether a split was between two of the parts: of one, identifiers left (+) what those of the other stayed with (-). */
function areApart(parts: readonly Part[]): boolean {
  const marks = new Set(parts.flatMap(({ apart }) => apart ?? []));
  return [...marks].some((mark) => mark.startsWith('+') && marks.has(`-${mark.slice(1)}`));
}

function countByType(identifiers: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const identifier of identifiers) {
    const type = typeOf(identifier);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
