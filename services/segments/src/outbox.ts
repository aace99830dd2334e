// What one turn of a partition sends: memberships, changed states, hand-overs to other partitions, and quarantine.
import type { OperationsQuarantine, SegmentsMemberships, SegmentsState } from '@tideway/contracts';
import { partitionOf, type Message, type Outgoing } from '@tideway/kafka';
import type { Formats } from './formats.js';
import { ADOPTED_TOPIC, HANDOVER_TOPIC, type Handover } from './topics.js';

export class Outbox {
  readonly #memberships: Message[] = [];
  readonly #states: Message[] = [];
  readonly #handovers: Message[] = [];
  readonly #quarantined: Message[] = [];
  readonly #adopted: Message[] = [];

  constructor(private readonly formats: Formats) {}

  changes(changes: SegmentsMemberships[]): void {
    for (const change of changes) this.#memberships.push(this.formats.memberships.message(change));
  }

  /** Adds a state and returns its encoding. */
  state(state: SegmentsState, headers?: Record<string, string>): Buffer {
    const message = this.formats.stateEncoder.message(state);
    this.#states.push(headers ? { ...message, headers } : message);
    return message.value as Buffer;
  }

  /** Adds a state again that has other headers now. */
  sameState(profileId: string, value: Buffer, headers: Record<string, string>): void {
    this.#states.push({ key: profileId, value: Buffer.from(value), headers });
  }

  tombstone(profileId: string, headers: Record<string, string>): void {
    this.#states.push({ key: profileId, value: null, headers });
  }

  handover(winner: string, handover: Handover): void {
    this.#handovers.push({ key: winner, value: JSON.stringify(handover), partition: partitionOf(winner, this.formats.activitiesProduct.partitions) });
  }

  /** The partition's profiles have been brought to segments of these meanings. */
  adopted(partition: number, meanings: ReadonlyMap<string, string>): void {
    this.#adopted.push({ key: String(partition), value: JSON.stringify(Object.fromEntries(meanings)), partition });
  }

  quarantine(records: OperationsQuarantine[]): void {
    for (const record of records) this.#quarantined.push(this.formats.quarantine.message(record));
  }

  outgoing(): Outgoing[] {
    return [
      { topic: this.formats.memberships.product.topic, messages: this.#memberships },
      { topic: this.formats.stateProduct.topic, messages: this.#states },
      { topic: HANDOVER_TOPIC, messages: this.#handovers },
      { topic: ADOPTED_TOPIC, messages: this.#adopted },
      { topic: this.formats.quarantine.product.topic, messages: this.#quarantined },
    ];
  }
}
