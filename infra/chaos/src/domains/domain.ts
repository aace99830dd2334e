// What the harness has to know of a domain that takes native payloads: one declaration each.
import type { Clients } from '@tideway/mesh';
import type { NativeRequest } from '@tideway/simulator';
import type { Random } from '../random.js';

/** A row of a report, which has a key and no event_id: of two with the same key, the later extraction holds. */
export interface ReportRow {
  /** Key of its product, as text. */
  key: string;
  /** Milliseconds. */
  extractedAt: number;
  /** What the extraction says, as text. */
  values: string;
}

export interface LoadOptions {
  seed: number;
  /** Of the shop whose people visit again and again. */
  people: number;
  /** For what senders do wrong. */
  random: Random;
}

export interface Domain {
  /** What is sent to it, without end; absent where another domain's stream has it. */
  load?: {
    /** Of all native events; all domains' add up to 1. */
    share: number;
    requests(options: LoadOptions): Generator<NativeRequest>;
  };
  /** The event_id of each event of a request by its index; undefined for one that is known by totals only. */
  ids?(request: NativeRequest): (string | undefined)[];
  /** Ids of events that leave no record of their own: what names them instead. */
  named?(clients: Clients): Promise<string[]>;
  /** Ids of events in quarantine. */
  quarantined?(clients: Clients): Promise<string[]>;
  /** The rows of a request by their index, where it is a report. */
  rows?(request: NativeRequest): ReportRow[];
  /** The rows of reports as its views have them. */
  stored?(clients: Clients): Promise<ReportRow[]>;
}
