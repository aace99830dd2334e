// The consent decision in force per profile, purpose and channel: the later statement wins.
import type { CustomerConsents } from '@tideway/contracts';
import { Overlay } from '../identity/overlay.js';
import { comparePositions } from './position.js';

/** What a consent event states about a person: a record of customer.consents without its profile. */
export type ConsentStatement = Omit<CustomerConsents, 'profile_id'>;

/** A record of customer.consents, or a tombstone (null), with the key `profile|purpose|channel`. */
export interface ConsentChange {
  key: string;
  record: CustomerConsents | null;
}

/** What a statement did: `repeated` says what is in force already, `outdated` is older than what is in force. */
export type ConsentEffect = 'changed' | 'repeated' | 'outdated';

/** Longest time by which the published position of a decision stays behind its last repetition. */
export const REPUBLISH_AFTER_MS = 3_600_000;

interface InForce extends ConsentStatement {
  /** decided_at of the record in customer.consents. */
  published: number;
}

/**
 * All decisions in force. A repetition changes nothing that others see, but it moves the position of the decision,
 * or a late statement from in between would overrule it. That position is memory; because web events repeat
 * consents on every call, it is published at most once an hour, so that a restart forgets no more than that.
 *
 * decide() and merge() plan; commit() keeps the plan, discard() drops it.
 */
export class ConsentRegister {
  readonly #profiles = new Overlay<readonly InForce[]>();
  readonly #changes = new Map<string, CustomerConsents | null>();
  readonly #texts = new Map<string, string>();

  /** Applies a record of customer.consents, or the tombstone (null) of a key. Not while a plan is open. */
  restore(key: string, record: CustomerConsents | null): void {
    const [profileId, purpose, channel] = key.split('|') as [string, string, string];
    const others = (this.#profiles.committed(profileId) ?? []).filter((entry) => entry.purpose !== purpose || entry.channel !== channel);
    const entries = record ? [...others, this.#compact(record, record.decided_at)] : others;
    this.#profiles.restore(profileId, entries.length > 0 ? entries : undefined);
  }

  /** Plans a statement of a profile. */
  decide(profileId: string, statement: ConsentStatement): ConsentEffect {
    const current = this.#find(profileId, statement);
    if (current && comparePositions(statement, current) <= 0) return isSame(statement, current) ? 'repeated' : 'outdated';
    if (current && isSame(statement, current)) {
      this.#repeat(profileId, statement, current);
      return 'repeated';
    }
    this.#publish(profileId, statement);
    return 'changed';
  }

  /**
   * Plans that the loser's decisions become the winner's, the later of two being in force. Returns the decisions
   * in force on which the two had disagreed.
   */
  merge(loser: string, winner: string): ConsentStatement[] {
    const moved = this.#profiles.get(loser);
    if (!moved) return [];
    const disputed: ConsentStatement[] = [];
    for (const theirs of moved) {
      this.#retract(loser, theirs);
      const ours = this.#find(winner, theirs);
      if (!ours) this.#publish(winner, theirs);
      else if (isSame(theirs, ours)) {
        if (comparePositions(theirs, ours) > 0) this.#repeat(winner, theirs, ours);
      } else {
        const later = comparePositions(theirs, ours) > 0 ? theirs : ours;
        this.#publish(winner, later);
        disputed.push(later);
      }
    }
    this.#profiles.delete(loser);
    return disputed;
  }

  /** Plans that nothing is known of what a profile decided. */
  erase(profileId: string): void {
    for (const entry of this.#profiles.get(profileId) ?? []) this.#retract(profileId, entry);
    this.#profiles.delete(profileId);
  }

  /** The decisions in force of a profile, with the plan. */
  decisionsOf(profileId: string): ConsentStatement[] {
    return (this.#profiles.get(profileId) ?? []).map(({ published: _published, ...statement }) => statement);
  }

  /** What the plan changes in customer.consents: the last state of each key. */
  planned(): ConsentChange[] {
    return Array.from(this.#changes, ([key, record]) => ({ key, record }));
  }

  commit(): void {
    this.#profiles.commit();
    this.#changes.clear();
  }

  discard(): void {
    this.#profiles.discard();
    this.#changes.clear();
  }

  #find(profileId: string, { purpose, channel }: ConsentStatement): InForce | undefined {
    return this.#profiles.get(profileId)?.find((entry) => entry.purpose === purpose && entry.channel === channel);
  }

  #repeat(profileId: string, statement: ConsentStatement, current: InForce): void {
    if (statement.decided_at - current.published >= REPUBLISH_AFTER_MS) this.#publish(profileId, statement);
    else this.#replace(profileId, this.#compact(statement, current.published));
  }

  #publish(profileId: string, statement: ConsentStatement): void {
    const entry = this.#compact(statement, statement.decided_at);
    this.#replace(profileId, entry);
    const { published: _published, ...decision } = entry;
    this.#changes.set(keyOf(profileId, entry), { profile_id: profileId, ...decision });
  }

  #retract(profileId: string, entry: InForce): void {
    const key = keyOf(profileId, entry);
    const isPublished = this.#profiles.committed(profileId)?.some((other) => keyOf(profileId, other) === key) ?? false;
    if (isPublished) this.#changes.set(key, null);
    else this.#changes.delete(key);
  }

  #replace(profileId: string, entry: InForce): void {
    const others = (this.#profiles.get(profileId) ?? []).filter((other) => other.purpose !== entry.purpose || other.channel !== entry.channel);
    this.#profiles.set(profileId, [...others, entry]);
  }

  /** Decoded records have a copy of every text; the few different ones are kept once, which halves the memory. */
  #compact(statement: ConsentStatement, published: number): InForce {
    return {
      purpose: this.#once(statement.purpose), channel: this.#once(statement.channel),
      decision: this.#once(statement.decision), legal_basis: this.#once(statement.legal_basis),
      decided_at: statement.decided_at, source: this.#once(statement.source), origin: statement.origin, published,
    };
  }

  #once<T extends string>(text: T): T {
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    this.#texts.set(text, text);
    return text;
  }
}

/** Key of customer.consents, as its contract declares it. */
function keyOf(profileId: string, { purpose, channel }: ConsentStatement): string {
  return `${profileId}|${purpose}|${channel}`;
}

function isSame(a: ConsentStatement, b: ConsentStatement): boolean {
  return a.decision === b.decision && a.legal_basis === b.legal_basis;
}
