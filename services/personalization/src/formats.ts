// Decoders and encoders that all partitions share.
import { productOf, type CustomerActivities, type PersonalizationProfiles, type Product, type SegmentsState } from '@tideway/contracts';
import { Decoder, RecordEncoder, partitionOf, type SchemaRegistry } from '@tideway/kafka';

export class Formats {
  readonly activitiesProduct: Product;
  readonly segmentsProduct: Product;
  readonly profilesProduct: Product;
  readonly activities: Decoder<CustomerActivities>;
  readonly segments: Decoder<SegmentsState>;
  readonly profiles: Decoder<PersonalizationProfiles>;
  /** What a profile is found by, of its document. */
  readonly profileIdentifiers: Decoder<Pick<PersonalizationProfiles, 'identifiers'>>;
  readonly encoder: RecordEncoder;
  readonly quarantine: RecordEncoder;

  constructor(products: Product[], registry: SchemaRegistry) {
    this.activitiesProduct = productOf(products, 'customer.activities');
    this.segmentsProduct = productOf(products, 'segments.state');
    this.profilesProduct = productOf(products, 'personalization.profiles');
    this.activities = new Decoder(registry, this.activitiesProduct);
    this.segments = new Decoder(registry, this.segmentsProduct);
    this.profiles = new Decoder(registry, this.profilesProduct);
    this.profileIdentifiers = new Decoder(registry, this.profilesProduct, ['identifiers']);
    this.encoder = new RecordEncoder(this.profilesProduct);
    this.quarantine = new RecordEncoder(productOf(products, 'operations.quarantine'));
  }

  async register(registry: SchemaRegistry): Promise<void> {
    await Promise.all([this.encoder, this.quarantine].map((encoder) => encoder.register(registry)));
  }

  /** The partition that a profile has in all topics that are keyed by it. */
  partitionOf(profileId: string): number {
    return partitionOf(profileId, this.activitiesProduct.partitions);
  }
}
