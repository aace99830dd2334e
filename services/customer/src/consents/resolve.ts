// The consent decision in force per profile, purpose and channel: the later statement wins.
import type { CustomerConsents } from '@tideway/contracts';
import type { Split } from '../identity/graph.js';
import { Overlay } from '../identity/overlay.js';
import { comparePositions } from './position.js';

/** What a consent event states. */
export type Told = Omit<CustomerConsents, 'profile_id' | 'identifier' | 'overruled'>;

/** What an identifier has decided: a record of customer.consents without its profile. */
export type ConsentStatement = Omit<CustomerConsents, 'profile_id' | 'overruled'>;

type Overruled = CustomerConsents['overruled'];

/** A record of customer.consents, or a tombstone (null), with the key `profile|purpose|channel`. */
export interface ConsentChange {
  key: string;
  record: CustomerConsents | null;
}

/** What a statement did: `repeated` says what is in force already, `outdated` is older than what is in force. */
export type ConsentEffect = 'changed' | 'repeated' | 'outdated';

/** Longest time by which the published position of a decision stays behind its last repetition. */
export const REPUBLISH_AFTER_MS = 3_600_000;

type Scope = Pick<ConsentStatement, 'purpose' | 'channel'>;
type Decided = ConsentStatement & { overruled: Overruled };

interface InForce extends Decided {
  /** decided_at of the record in customer.consents. */
  published: number;
}

/**
 * All decisions in force. A repetition changes nothing that others see, but it moves the position of the decision,
 * or a late statement from in between would overrule it. That position is memory; because web events repeat
 * consents on every call, it is published at most once an hour, so that a restart forgets no more than that.
 *
 * Each decision has the identifier that took it, and beside it stand the last ones of the profile's other identifiers: a
 * profile that is split leaves to each side what its own identifiers decided. A repetition is nobody's decision.
 *
 * decide(), merge() and split() plan; commit() keeps the plan, discard() drops it.
 */
export class ConsentRegister {
  readonly #profiles = new Overlay<readonly InForce[]>();
  readonly #changes = new Map<string, CustomerConsents | null>();
  readonly #texts = new Map<string, string>();

  /** Applies a record of customer.consents, or the tombstone (null) of a key. Not while a plan is open. */
  restore(key: string, record: CustomerConsents | null): void {
    const [profileId, purpose, channel] = key.split('|') as [string, string, string];
    const others = (this.#profiles.committed(profileId) ?? []).filter((entry) => !isOf({ purpose, channel } as Scope, entry));
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
    this.#publish(profileId, { ...statement, overruled: current ? overruledBy(statement, current) : [] });
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
      else {
        const [later, earlier] = comparePositions(theirs, ours) > 0 ? [theirs, ours] : [ours, theirs];
        this.#publish(winner, { ...later, overruled: overruledBy(later, earlier) });
        if (!isSame(theirs, ours)) disputed.push(later);
      }
    }
    this.#profiles.delete(loser);
    return disputed;
  }

  /** Plans that each side of a split has what its own identifiers decided; who decided it, has it no more. */
  split({ from, into, left }: Split): void {
    const gone = new Set(left);
    for (const { overruled, ...decision } of this.#profiles.get(from) ?? []) {
      const { purpose, channel } = decision;
      const all = [decision, ...overruled.map((one) => ({ ...one, purpose, channel, decision: one.decision as Told['decision'] }))];
      const ofLeft = latestOf(all.filter(({ identifier }) => identifier !== null && gone.has(identifier)));
      const ofStayed = latestOf(all.filter(({ identifier }) => identifier !== null && !gone.has(identifier)));
      if (ofLeft) this.#publish(into, ofLeft);
      if (ofStayed) this.#publish(from, ofStayed);
      else this.#takeBack(from, decision);
    }
  }

  /** Plans that nothing is known of what a profile decided. */
  erase(profileId: string): void {
    for (const entry of this.#profiles.get(profileId) ?? []) this.#takeBack(profileId, entry);
  }

  /** The decisions in force of a profile, with the plan. */
  decisionsOf(profileId: string): ConsentStatement[] {
    return (this.#profiles.get(profileId) ?? []).map(({ published: _published, overruled: _overruled, ...statement }) => statement);
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

  #find(profileId: string, scope: Scope): InForce | undefined {
    return this.#profiles.get(profileId)?.find((entry) => isOf(scope, entry));
  }

  #others(profileId: string, scope: Scope): InForce[] {
    return (this.#profiles.get(profileId) ?? []).filter((entry) => !isOf(scope, entry));
  }

  #repeat(profileId: string, statement: ConsentStatement, current: InForce): void {
    const repeated = { ...statement, identifier: current.identifier, overruled: current.overruled };
    if (statement.decided_at - current.published >= REPUBLISH_AFTER_MS) this.#publish(profileId, repeated);
    else this.#replace(profileId, this.#compact(repeated, current.published));
  }

  #publish(profileId: string, statement: Decided): void {
    const entry = this.#compact(statement, statement.decided_at);
    this.#replace(profileId, entry);
    const { published: _published, ...decision } = entry;
    this.#changes.set(keyOf(profileId, entry), { profile_id: profileId, ...decision });
  }

  #takeBack(profileId: string, scope: Scope): void {
    this.#retract(profileId, scope);
    const others = this.#others(profileId, scope);
    if (others.length > 0) this.#profiles.set(profileId, others);
    else this.#profiles.delete(profileId);
  }

  #retract(profileId: string, entry: Scope): void {
    const key = keyOf(profileId, entry);
    const isPublished = this.#profiles.committed(profileId)?.some((other) => keyOf(profileId, other) === key) ?? false;
    if (isPublished) this.#changes.set(key, null);
    else this.#changes.delete(key);
  }

  #replace(profileId: string, entry: InForce): void {
    this.#profiles.set(profileId, [...this.#others(profileId, entry), entry]);
  }

  /** Decoded records have a copy of every text; the few different ones are kept once, which halves the memory. */
  #compact(statement: Decided, published: number): InForce {
    return {
      identifier: statement.identifier, overruled: statement.overruled,
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
function keyOf(profileId: string, { purpose, channel }: Scope): string {
  return `${profileId}|${purpose}|${channel}`;
}

function isOf({ purpose, channel }: Scope, other: Scope): boolean {
  return other.purpose === purpose && other.channel === channel;
}

/** What the other identifiers of two decisions' profile decided last, where `later` is in force. */
function overruledBy(later: ConsentStatement & { overruled?: Overruled }, earlier: Decided): Overruled {
  const { overruled, identifier, decision, legal_basis, decided_at, source, origin } = earlier;
  const own = identifier === null ? [] : [{ identifier, decision, legal_basis, decided_at, source, origin }];
  const byIdentifier = new Map<string, Overruled[number]>();
  for (const one of [...own, ...overruled, ...(later.overruled ?? [])]) {
    const other = byIdentifier.get(one.identifier);
    if (!other || comparePositions(one, other) > 0) byIdentifier.set(one.identifier, one);
  }
  if (later.identifier !== null) byIdentifier.delete(later.identifier);
  return [...byIdentifier.values()];
}

/** The last of one side's decisions with the others overruled; undefined where there is none. */
function latestOf(decisions: readonly ConsentStatement[]): Decided | undefined {
  return decisions.reduce<Decided | undefined>((last, one) => {
    if (!last) return { ...one, overruled: [] };
    const [later, earlier] = comparePositions(one, last) > 0 ? [one, last] : [last, { ...one, overruled: [] }];
    return { ...later, overruled: overruledBy(later, earlier) };
  }, undefined);
}

function isSame(a: ConsentStatement, b: ConsentStatement): boolean {
  return a.decision === b.decision && a.legal_basis === b.legal_basis;
}
