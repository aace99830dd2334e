// What could not become, or be processed as, a record of a product: kept whole, with where and why.
import { v5 as uuidv5 } from 'uuid';
import type { OperationsQuarantine, Rejection } from '@tideway/contracts';

const NAMESPACE = '7b0d1c52-4f0e-5d0c-9b57-6a1f6f0f5a11';

export interface QuarantineInput {
  service: string;
  stage: OperationsQuarantine['stage'];
  rejection: Rejection | { code: string; message: string; field?: string };
  original: Buffer;
  product?: string;
  source?: string;
  /** `topic:partition:offset` of the record, where it is one. */
  origin?: string;
  now?: number;
}

/** A quarantine record. Its id is derived from the origin, or from source and bytes, so that a repeat is recognised. */
export function quarantineRecord(input: QuarantineInput): OperationsQuarantine {
  const identity = input.origin ? Buffer.from(`${input.service}|${input.origin}`) : Buffer.concat([Buffer.from(`${input.service}|${input.source ?? ''}|`), input.original]);
  return {
    event_id: uuidv5(identity, NAMESPACE),
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
  };
}
