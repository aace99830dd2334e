// Decoders and encoders that all partitions share.
import { productOf, type CustomerActivities, type Product, type SegmentsState } from '@tideway/contracts';
import { Decoder, RecordEncoder, type SchemaRegistry } from '@tideway/kafka';
import type { Before } from './membership.js';

export class Formats {
  readonly activitiesProduct: Product;
  readonly stateProduct: Product;
  readonly activities: Decoder<CustomerActivities>;
  readonly state: Decoder<SegmentsState>;
  /** What an evaluation reads of a state: the rest of its bytes is passed over, which is several times as quick. */
  readonly stateBefore: Decoder<Before>;
  /** The same for a start, which reads every state. */
  readonly stateToRestore: Decoder<Pick<SegmentsState, 'aliases' | 'next_timer_at' | 'shares'>>;
  /** The same for a changed definition. */
  readonly stateMembers: Decoder<Pick<SegmentsState, 'segments'>>;
  readonly stateEncoder: RecordEncoder;
  readonly memberships: RecordEncoder;
  readonly quarantine: RecordEncoder;

  constructor(products: Product[], registry: SchemaRegistry) {
    this.activitiesProduct = productOf(products, 'customer.activities');
    this.stateProduct = productOf(products, 'segments.state');
    this.activities = new Decoder(registry, this.activitiesProduct);
    this.state = new Decoder(registry, this.stateProduct);
    this.stateBefore = new Decoder(registry, this.stateProduct, this.stateProduct.schema.fields.flatMap(({ name }) => (name === 'traits' ? [] : [name])));
    this.stateToRestore = new Decoder(registry, this.stateProduct, ['aliases', 'next_timer_at', 'shares']);
    this.stateMembers = new Decoder(registry, this.stateProduct, ['segments']);
    this.stateEncoder = new RecordEncoder(this.stateProduct);
    this.memberships = new RecordEncoder(productOf(products, 'segments.memberships'));
    this.quarantine = new RecordEncoder(productOf(products, 'operations.quarantine'));
  }

  async register(registry: SchemaRegistry): Promise<void> {
    await Promise.all([this.stateEncoder, this.memberships, this.quarantine].map((encoder) => encoder.register(registry)));
  }
}
