// Decoders and encoders that all partitions share.
import { productOf, type CustomerActivities, type Product, type SegmentsState } from '@tideway/contracts';
import { Decoder, RecordEncoder, type SchemaRegistry } from '@tideway/kafka';

export class Formats {
  readonly activitiesProduct: Product;
  readonly stateProduct: Product;
  readonly activities: Decoder<CustomerActivities>;
  readonly state: Decoder<SegmentsState>;
  readonly stateEncoder: RecordEncoder;
  readonly memberships: RecordEncoder;
  readonly quarantine: RecordEncoder;

  constructor(products: Product[], registry: SchemaRegistry) {
    this.activitiesProduct = productOf(products, 'customer.activities');
    this.stateProduct = productOf(products, 'segments.state');
    this.activities = new Decoder(registry, this.activitiesProduct);
    this.state = new Decoder(registry, this.stateProduct);
    this.stateEncoder = new RecordEncoder(this.stateProduct);
    this.memberships = new RecordEncoder(productOf(products, 'segments.memberships'));
    this.quarantine = new RecordEncoder(productOf(products, 'operations.quarantine'));
  }

  async register(registry: SchemaRegistry): Promise<void> {
    await Promise.all([this.stateEncoder, this.memberships, this.quarantine].map((encoder) => encoder.register(registry)));
  }
}
