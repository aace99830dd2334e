// What a batch of product records becomes: activities, identities and consents, planned without changing the state.
import { activityOrigin, asksForErasure, type CustomerActivities, type CustomerIdentities, type Product } from '@tideway/contracts';
import { identifierKey, orderedIdentifiers, type IdentifierRules } from '@tideway/identifiers';
import { compileActivity, type ActivityMapper } from '../activities/map.js';
import { consentSettled, identifierLinked, profileErased, profileMerged, profileSplit, type Cause } from '../activities/own.js';
import { Resends, type IdsOfDay } from '../activities/resends.js';
import { consentReader } from '../consents/read.js';
import { ConsentRegister, type ConsentChange, type ConsentEffect } from '../consents/resolve.js';
import { IdentityGraph, type Resolution } from './graph.js';
import type { Refusal } from './join.js';
import { profileIdOf } from './uuid.js';

/** A decoded record of a product that has identifiers. */
export interface BatchRecord {
  product: Product;
  record: Record<string, unknown>;
  /** `topic:partition:offset` */
  origin: string;
  eventId: string;
  /** ms since the epoch. */
  receivedAt: number;
  /** Type to normalised value. */
  identifiers: Record<string, string>;
}

export interface BatchStats {
  records: number;
  /** Dropped: their event_id was seen in the last seven days, or earlier in the batch. */
  resends: number;
  /** Skipped: no identifier that the rules know, or only values that nobody owns. */
  withoutIdentifiers: number;
  /** Dropped: the person was erased. */
  suppressed: number;
  /** Identifiers that were not known before. */
  links: number;
  merges: number;
  erasures: number;
  /** Requests to split a profile: those that did, and those that could not or had been done. */
  splits: { done: number; refused: number };
  /** Records for which a merge was refused, by the rule that refused it. */
  conflicts: Record<Refusal['rule'], number>;
  consents: Record<ConsentEffect, number>;
  /** Resolved, but their product's contract maps them to no activity. */
  unmapped: number;
}

export interface BatchOutputs {
  /** In the order in which they must be published, per profile. */
  activities: CustomerActivities[];
  /** The last state of each identifier that changed. */
  identities: CustomerIdentities[];
  /** The last state of each key that changed. */
  consents: ConsentChange[];
  /** Of the records that were taken: they are not taken again. */
  eventIds: IdsOfDay[];
}

export interface BatchPlan {
  outputs: BatchOutputs;
  stats: BatchStats;
  /** Makes the plan the state, once Kafka has committed the outputs. */
  commit(): void;
  /** Leaves the state as it was before the plan. */
  discard(): void;
}

interface CompiledProduct {
  activityOf: ActivityMapper | undefined;
  consentOf: ReturnType<typeof consentReader>;
}

/** The product whose records ask for a split: an identifier that nobody knows must not be linked by the request. */
const SPLITS = 'customer.splits';

/** Everything that the service knows between two batches. One plan is open at a time. */
export class CustomerState {
  readonly graph: IdentityGraph;
  readonly consents = new ConsentRegister();
  readonly resends: Resends;
  readonly rules: IdentifierRules;
  readonly #compiled = new Map<Product, CompiledProduct>();
  #planIsOpen = false;

  /** `clock` gives the present time in ms. */
  constructor(rules: IdentifierRules, clock: () => number = Date.now) {
    this.rules = rules;
    this.graph = new IdentityGraph(rules);
    this.resends = new Resends(clock);
  }

  /** Mappings of a product, compiled once; throws where its contract maps fields that do not exist. */
  compiled(product: Product): CompiledProduct {
    let compiled = this.#compiled.get(product);
    if (!compiled) this.#compiled.set(product, compiled = { activityOf: compileActivity(product), consentOf: consentReader(product) });
    return compiled;
  }

  open(): void {
    if (this.#planIsOpen) throw new Error('a batch is planned already: commit or discard it before the next one');
    this.#planIsOpen = true;
  }

  close(end: 'commit' | 'discard'): void {
    if (!this.#planIsOpen) throw new Error(`there is no planned batch to ${end}: each plan ends once`);
    this.#planIsOpen = false;
    for (const part of [this.graph, this.consents, this.resends]) part[end]();
  }
}

/**
 * Plans a batch; `records` must stand in the order in which they count (by received_at, then topic, partition and
 * offset). Outputs must be published in one transaction with the input offsets, and then the plan committed; or
 * discarded, after which the same records give the same plan again. Throws where another plan is open.
 */
export function planBatch(state: CustomerState, records: readonly BatchRecord[]): BatchPlan {
  state.open();
  const stats: BatchStats = {
    records: records.length, resends: 0, withoutIdentifiers: 0, suppressed: 0, links: 0, merges: 0, erasures: 0,
    splits: { done: 0, refused: 0 }, conflicts: { unique: 0, limit: 0, split: 0 }, consents: { changed: 0, repeated: 0, outdated: 0 }, unmapped: 0,
  };
  const activities: CustomerActivities[] = [];
  try {
    for (const input of records) planRecord(state, input, activities, stats);
    return {
      outputs: { activities, identities: state.graph.planned(), consents: state.consents.planned(), eventIds: state.resends.planned() },
      stats,
      commit: () => state.close('commit'),
      discard: () => state.close('discard'),
    };
  } catch (error) {
    state.close('discard');
    throw error;
  }
}

function planRecord(state: CustomerState, input: BatchRecord, activities: CustomerActivities[], stats: BatchStats): void {
  const identifiers = orderedIdentifiers(input.identifiers, state.rules).filter(([type, value]) => !state.rules.isBlocked(type, value));
  if (identifiers.length === 0) {
    stats.withoutIdentifiers++;
    return;
  }
  if (!state.resends.add(input.eventId, input.receivedAt)) {
    stats.resends++;
    return;
  }
  const isErased = ([type, value]: [string, string]) => state.graph.isErased(identifierKey(type, value));
  // By their strongest identifier people are who they are; an erased one beside it, as of a shared device, says nothing of them.
  if (isErased(identifiers[0]!)) {
    stats.suppressed++;
    return;
  }
  if (input.product.id === SPLITS) {
    split(state, input, activities, stats);
    return;
  }
  const resolution = state.graph.resolve(identifiers.filter((identifier) => !isErased(identifier)), input.receivedAt)!;
  if (resolution.conflict) stats.conflicts[resolution.conflict.rule]++;
  tellIdentity(state, resolution, input, activities, stats);
  if (asksForErasure(input.product, input.record)) {
    erase(state, resolution, input, activities);
    stats.erasures++;
    return;
  }
  const activity = activityOf(state, resolution, input, stats);
  if (activity) activities.push(activity);
}

/** What the record changed about profiles comes before what the person did: consumers hand over first. */
function tellIdentity(state: CustomerState, { identifier, links, merges }: Resolution, input: BatchRecord, activities: CustomerActivities[], stats: BatchStats): void {
  if (links.length === 0 && merges.length === 0) return;
  const cause = causeOf(input);
  for (const merge of merges) {
    activities.push(profileMerged(merge, identifier, cause));
    for (const statement of state.consents.merge(merge.loser, merge.winner)) {
      activities.push(consentSettled(statement, merge, identifier, cause));
    }
  }
  for (const link of links) activities.push(identifierLinked(link, cause));
  stats.merges += merges.length;
  stats.links += links.length;
}

function causeOf({ product, record, receivedAt, origin }: BatchRecord): Cause {
  return { occurredAt: record[activityOrigin(product.activity).occurredAt] as number, receivedAt, origin };
}

/** Nothing else is told of the record: it is the last that is known of the person. */
function erase(state: CustomerState, { profileId, identifier }: Resolution, input: BatchRecord, activities: CustomerActivities[]): void {
  state.graph.erase(profileId);
  state.consents.erase(profileId);
  activities.push(profileErased(profileId, identifier, causeOf(input)));
}

/** The new profile has an id that the request names, so that the same request again is known by it, whenever that comes. */
function split(state: CustomerState, input: BatchRecord, activities: CustomerActivities[], stats: BatchStats): void {
  const done = state.graph.split(input.record['leaving'] as string[], profileIdOf(`split:${input.eventId}`));
  if (typeof done === 'string') {
    stats.splits.refused++;
    return;
  }
  state.consents.split(done);
  stats.splits.done++;
  const consentsOf = (profileId: string) => state.consents.decisionsOf(profileId).map(({ purpose, channel, decision, decided_at }) => ({ purpose, channel, decision, decided_at }));
  activities.push(profileSplit(done, { stayed: consentsOf(done.from), left: consentsOf(done.into) }, causeOf(input)));
}

function activityOf(state: CustomerState, { profileId, identifier }: Resolution, input: BatchRecord, stats: BatchStats): CustomerActivities | null {
  const { activityOf: map, consentOf } = state.compiled(input.product);
  const { record, origin } = input;
  const activity = map?.(record, { profileId, identifier, origin }) ?? null;
  const consent = consentOf?.(record, origin);
  if (!consent) {
    if (!activity) stats.unmapped++;
    return activity;
  }
  const effect = state.consents.decide(profileId, { ...consent, identifier });
  stats.consents[effect]++;
  // Activities tell changes of what is in force, at the time by which decisions are compared.
  return effect === 'changed' && activity ? { ...activity, occurred_at: consent.decided_at } : null;
}
