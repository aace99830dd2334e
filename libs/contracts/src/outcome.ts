// What a source makes of one native event: product records, a rejection for the caller, or a record for quarantine.
import type { ProductId, Records } from './generated/index.js';

/** One record and the product that it belongs to. */
export type ProductRecord<P extends ProductId = ProductId> = { [K in P]: { product: K; record: Records[K] } }[P];

/** Why an event is unusable, or breaks its contract. `code` is stable and documented, `field` a path in the payload. */
export interface Rejection {
  code: string;
  field: string;
  message: string;
}

/** The result of a source for one native event. */
export type Outcome =
  | { status: 'records'; records: ProductRecord[] }
  /** The caller must mend it: 4xx for a single event, an entry of `rejected` for one of a batch. */
  | { status: 'rejected'; rejection: Rejection }
  /** It parses but cannot become a valid record: kept with its bytes, accepted into quarantine. */
  | { status: 'quarantined'; product: ProductId; rejection: Rejection };
