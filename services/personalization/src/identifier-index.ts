// Whose an identifier is. While two profiles are being merged both have it, and partitions come in any order: where
// one of them loses it, it is still the other's.
import { LargeMap } from '@tideway/kafka';

export class IdentifierIndex {
  readonly #identifiers = new LargeMap<readonly string[]>();
  /** Profiles that have an identifier, the one that said so last at the end. */
  readonly #owners = new LargeMap<string[]>();

  /** Sets the identifiers of a profile in place of those that it had; none takes the profile out. */
  set(profileId: string, identifiers: readonly string[]): void {
    for (const identifier of this.#identifiers.get(profileId) ?? []) this.#remove(identifier, profileId);
    for (const identifier of identifiers) this.#owners.set(identifier, [...(this.#owners.get(identifier) ?? []), profileId]);
    if (identifiers.length > 0) this.#identifiers.set(profileId, identifiers);
    else this.#identifiers.delete(profileId);
  }

  /** The profile that has the identifier, or undefined. */
  find(identifier: string): string | undefined {
    return this.#owners.get(identifier)?.at(-1);
  }

  #remove(identifier: string, profileId: string): void {
    const others = (this.#owners.get(identifier) ?? []).filter((owner) => owner !== profileId);
    if (others.length > 0) this.#owners.set(identifier, others);
    else this.#owners.delete(identifier);
  }
}
