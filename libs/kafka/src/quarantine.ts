// What could not become, or be processed as, a record of a product: kept whole, with where and why, and with what it
// takes to replay it.
import { createHash } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import type { OperationsQuarantine, OperationsQuarantineReplays, Rejection } from '@tideway/contracts';

const NAMESPACE = '7b0d1c52-4f0e-5d0c-9b57-6a1f6f0f5a11';
/** What a request says for all its events is kept with each of them: beyond this, none of it is. */
const MAX_CONTEXT_BYTES = 64 * 1024;

/** What a source needs, beside the bytes of an event, to make the same of them again. */
export interface QuarantineContext {
  /** Milliseconds: of the first receipt. */
  received_at: number;
  /** The event's place in its request. */
  index: number;
  /** What the request said beside the event, as the service's pipeline gave it: JSON values. */
  shared?: Record<string, unknown>;
}

/** The original is no native event, but a record of the product as JSON: a corrected replay that was refused. */
export interface RecordContext {
  record: 'json';
}

export interface QuarantineInput {
  service: string;
  stage: OperationsQuarantine['stage'];
  rejection: Rejection | { code: string; message: string; field?: string };
  original: Buffer;
  product?: string;
  source?: string;
  /** `topic:partition:offset` of the record, where it is one. */
  origin?: string;
  context?: QuarantineContext | RecordContext;
  /** The event's place among others of the same bytes, where it makes them different events. */
  place?: number;
  /** Id of the first entry of which this is a corrected replay. */
  replayOf?: string;
  now?: number;
}

/** A quarantine record. Its id is derived from the origin, or from source and bytes, so that a repeat is recognised. */
export function quarantineRecord(input: QuarantineInput): OperationsQuarantine {
  const context = input.context && JSON.stringify(input.context);
  return {
    event_id: uuidv5(identityOf(input), NAMESPACE),
    occurred_at: input.now ?? Date.now(),
    service: input.service,
    stage: input.stage,
    code: input.rejection.code,
    field: input.rejection.field || null,
    reason: input.rejection.message,
    product: input.product ?? null,
    source: input.source ?? null,
    origin: input.origin ?? null,
    original: input.original,
    context: context !== undefined && Buffer.byteLength(context) <= MAX_CONTEXT_BYTES ? context : null,
    replay_of: input.replayOf ?? null,
    original_bytes: input.original.length,
  };
}

function identityOf({ service, source, origin, place, replayOf, original }: QuarantineInput): Buffer {
  if (replayOf) return Buffer.concat([Buffer.from(`${service}|replay of ${replayOf}|`), original]);
  if (origin) return Buffer.from(`${service}|${origin}`);
  return Buffer.concat([Buffer.from(`${service}|${source ?? ''}|${place === undefined ? '' : `call ${place}|`}`), original]);
}

/**
 * A record of operations.quarantine-replays. Its id is made of the entry, the bytes that were replayed and the outcome,
 * so that the same replay, asked for again, is recognised.
 */
export function replayRecord(replay: Omit<OperationsQuarantineReplays, 'event_id' | 'occurred_at'>, bytes: Buffer, now = Date.now()): OperationsQuarantineReplays {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { event_id: uuidv5(['replay', replay.quarantine_id, digest, replay.outcome, replay.code ?? ''].join('|'), NAMESPACE), occurred_at: now, ...replay };
}
