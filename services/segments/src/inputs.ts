// Decodes a block of activities; what is none goes to quarantine, or it would stop its partition for ever.
import { compileValidator, type CustomerActivities, type OperationsQuarantine, type Violation } from '@tideway/contracts';
import { quarantineRecord, type Block, type KafkaMessage } from '@tideway/kafka';
import { PermanentError, errorText } from '@tideway/service';
import type { Formats } from './formats.js';

export interface DecodedBlock {
  activities: CustomerActivities[];
  /** The messages that the activities are from: only their bytes go to ClickHouse. */
  messages: KafkaMessage[];
  quarantined: OperationsQuarantine[];
}

/** Reads the activities of a block. The same block gives the same ones, always. */
export class Inputs {
  readonly #validate: (record: unknown) => Violation | undefined;

  constructor(private readonly formats: Formats) {
    this.#validate = compileValidator(formats.activitiesProduct.schema);
  }

  /** Rejects with RetryableError in an outage of the registry. */
  async read(block: Pick<Block, 'topic' | 'partition' | 'messages'>): Promise<DecodedBlock> {
    const decoded: DecodedBlock = { activities: [], messages: [], quarantined: [] };
    for (const message of block.messages) {
      try {
        const activity = await this.formats.activities.decode(message.value);
        const violation = this.#validate(activity);
        if (violation) {
          decoded.quarantined.push(this.#quarantine(block, message, 'contract', violation));
        } else {
          decoded.activities.push(activity);
          decoded.messages.push(message);
        }
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error;
        decoded.quarantined.push(this.#quarantine(block, message, 'decode', { code: 'not_decodable', message: errorText(error) }));
      }
    }
    return decoded;
  }

  #quarantine({ topic, partition }: Pick<Block, 'topic' | 'partition'>, { offset, value }: KafkaMessage, stage: 'decode' | 'contract', rejection: Violation | { code: string; message: string }): OperationsQuarantine {
    return quarantineRecord({
      service: 'segments', stage, rejection, product: this.formats.activitiesProduct.id,
      origin: `${topic}:${partition}:${offset}`, original: value ?? Buffer.alloc(0),
    });
  }
}
