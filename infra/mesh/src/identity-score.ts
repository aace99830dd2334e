// How well profiles are people: pairwise precision and recall of identity.

export interface IdentityScore {
  identifiers: number;
  people: number;
  profiles: number;
  /** Pairs of identifiers in one profile. */
  predictedPairs: number;
  /** Pairs of identifiers of one person. */
  truePairs: number;
  /** Both. */
  correctPairs: number;
  /** Share of the predicted pairs that are true; 1 where there is none. */
  precision: number;
  /** Share of the true pairs that are predicted; 1 where there is none. */
  recall: number;
  /** Harmonic mean of both. */
  f1: number;
}

/**
 * Pairwise precision |P ∩ T| / |P| and recall |P ∩ T| / |T|, where P are the pairs of identifiers that share a profile and T those that
 * share a person: Menestrina, Whang, Garcia-Molina, Evaluating Entity Resolution Results,
 * PVLDB 3 (2010), 208-219. Identifiers that `people` or `profiles` do not know are left out: what was never seen
 * cannot be resolved. Pairs are counted by groups, n of one make n(n-1)/2.
 */
export function scoreIdentity(people: ReadonlyMap<string, string>, profiles: ReadonlyMap<string, string>): IdentityScore {
  const byPerson = new Map<string, number>();
  const byProfile = new Map<string, number>();
  const byBoth = new Map<string, number>();
  let identifiers = 0;
  for (const [identifier, person] of people) {
    const profile = profiles.get(identifier);
    if (profile === undefined) continue;
    identifiers += 1;
    for (const [groups, key] of [[byPerson, person], [byProfile, profile], [byBoth, `${person}\n${profile}`]] as const) groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const [truePairs, predictedPairs, correctPairs] = [byPerson, byProfile, byBoth].map(pairs) as [number, number, number];
  const precision = predictedPairs === 0 ? 1 : correctPairs / predictedPairs;
  const recall = truePairs === 0 ? 1 : correctPairs / truePairs;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { identifiers, people: byPerson.size, profiles: byProfile.size, predictedPairs, truePairs, correctPairs, precision, recall, f1 };
}

const pairs = (groups: ReadonlyMap<string, number>): number => [...groups.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
