// Pipedrive's webhooks of version 2 and 1, read into one shape.
import { TIMESTAMP_RANGE, type Rejection } from '@tideway/contracts';
import { z } from 'zod';
import type { CrmObject } from './property-names.js';

export type PipedriveEntity = CrmObject | 'activity';
/** What products are made of; a webhook for `*` has leads, notes, products, stages and users as well. */
const ENTITIES: ReadonlyMap<string, PipedriveEntity> = new Map([['person', 'contact'], ['organization', 'company'], ['deal', 'deal'], ['activity', 'activity']]);
/** Version 2 first, then version 1. */
const ACTIONS = { create: 'create', added: 'create', change: 'change', updated: 'change', merged: 'merge', delete: 'delete', deleted: 'delete' } as const;
const MAX_FIELDS = 1_000;

export type JsonObject = Record<string, unknown>;
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

// Beyond 2^53 a number has lost digits by now and may be another object's: z.int() refuses it.
const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)], { error: 'must be an id: digits' }).transform(String);
const milliseconds = z.int().refine((ms) => ms >= TIMESTAMP_RANGE[0] && ms <= TIMESTAMP_RANGE[1], { error: 'is outside of 1970 to 2100' });
const time = { error: 'must be a time such as 2026-11-20T15:40:01.461Z, or seconds since the epoch' };
// The samples have a time with a zone; the table of the fields says "10 character timestamp", which are seconds.
const timestamp = z.union([
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  z.union([z.number().nonnegative(), z.string().regex(/^\d{10}$/).transform(Number)]).transform((seconds) => Math.round(seconds * 1_000)),
], time).pipe(milliseconds);

const metaSchema = z.object({
  action: z.enum(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).transform((action) => ACTIONS[action]),
  company_id: id,
  timestamp,
  timestamp_micro: z.int().nonnegative().transform((micros) => Math.floor(micros / 1_000)).pipe(milliseconds).optional(),
  is_bulk_edit: z.boolean().optional(),
  is_bulk_update: z.boolean().optional(),
  merged_from_id: id.nullish(),
  merged_to_id: id.nullish(),
});
const ids = { 2: z.object({ entity_id: id, id: z.string().min(1).max(100).optional() }), 1: z.object({ id }) };

export interface PipedriveEvent {
  entity: PipedriveEntity;
  companyId: string;
  objectId: string;
  action: (typeof ACTIONS)[keyof typeof ACTIONS];
  /** What makes the event itself, in each of its deliveries: Pipedrive's id of it, else (version 1) what happened when. */
  identity: (string | number)[];
  /** Milliseconds. */
  occurredAt: number;
  /** Whether one edit changed many objects. */
  isBulk: boolean;
  /** The other object of a merge. */
  mergedId: string | undefined;
  /** The object after the event; before it where it was deleted. */
  data: JsonObject;
  /** Fields that changed, with their former values; custom fields as `custom_fields.<key>`. Of a creation it has none. */
  changed: Map<string, unknown>;
}

/** `ignored`: of an entity that no product is made of. `unknown`: no webhook of Pipedrive's; `field` says what it has not. */
export type ParsedPipedrive =
  | { kind: 'event'; event: PipedriveEvent } | { kind: 'ignored' } | { kind: 'unknown'; field: string }
  | { kind: 'invalid'; entity: PipedriveEntity; rejection: Rejection };

/**
 * Reads a webhook of version 2 (https://pipedrive.readme.io/docs/guide-for-webhooks-v2), in which `previous` has only the
 * fields that changed, or of version 1 (https://pipedrive.readme.io/docs/guide-for-webhooks), in which it has all: what is
 * the same in both did not change.
 */
export function parsePipedriveEvent(payload: unknown): ParsedPipedrive {
  const meta = isObject(payload) ? payload['meta'] : undefined;
  if (!isObject(payload) || !isObject(meta)) return { kind: 'unknown', field: 'meta' };
  const version = 'entity' in meta ? 2 : 1;
  const name = version === 2 ? 'entity' : 'object';
  const named = meta[name];
  if (typeof named !== 'string') return { kind: 'unknown', field: 'meta.entity' };
  const entity = ENTITIES.get(named);
  if (!entity) return { kind: 'ignored' };
  const parsed = metaSchema.safeParse(meta);
  if (!parsed.success) return invalid(entity, parsed.error);
  const own = ids[version].safeParse(meta);
  if (!own.success) return invalid(entity, own.error);
  const { action, company_id: companyId, timestamp: seconds, timestamp_micro: micros, merged_from_id: from, merged_to_id: to } = parsed.data;
  const objectId = 'entity_id' in own.data ? own.data.entity_id : own.data.id!;
  const occurredAt = (version === 1 ? micros : undefined) ?? seconds;
  const previous = payload['previous'];
  const block = action === 'delete' ? 'previous' : version === 2 ? 'data' : 'current';
  const state = payload[block];
  if (!isObject(state) && (action !== 'delete' || state != null)) return refused(entity, 'type', block, `must be the ${named}: an object`);
  const data = isObject(state) ? state : {};
  const changed = (action === 'change' || action === 'merge') && isObject(previous) ? changesIn(data, previous) : new Map<string, unknown>();
  if (Math.max(changed.size, Object.keys(data).length) > MAX_FIELDS) return refused(entity, 'too_many', block, `has more than ${MAX_FIELDS} fields`);
  const identity = 'entity_id' in own.data && own.data.id !== undefined ? [own.data.id] : [entity, objectId, action, occurredAt];
  return { kind: 'event', event: {
    entity, companyId, objectId, identity, occurredAt, data, changed,
    action: from ? 'merge' : action, isBulk: parsed.data.is_bulk_edit ?? parsed.data.is_bulk_update ?? false, mergedId: from ?? to ?? undefined,
  } };
}

function changesIn(data: JsonObject, previous: JsonObject): Map<string, unknown> {
  const before = flattened(previous);
  const after = flattened(data);
  return new Map([...before].filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(after.get(field) ?? null)));
}

/** Fields by name, custom fields beside the others. */
export function flattened({ custom_fields: custom, ...fields }: JsonObject): Map<string, unknown> {
  return new Map([...Object.entries(fields), ...isObject(custom) ? Object.entries(custom).map(([key, value]): [string, unknown] => [`custom_fields.${key}`, value]) : []]);
}

function invalid(entity: PipedriveEntity, { issues }: z.ZodError): ParsedPipedrive {
  const { path, message, code } = issues[0]!;
  return refused(entity, path[0] === 'action' && code === 'invalid_value' ? 'enum' : 'type', ['meta', ...path].join('.'), message);
}

function refused(entity: PipedriveEntity, code: string, field: string, message: string): ParsedPipedrive {
  return { kind: 'invalid', entity, rejection: { code, field, message: `${field}: ${message}` } };
}
