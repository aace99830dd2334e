// The AsyncAPI 3.0 document of all product topics, with Kafka bindings (https://www.asyncapi.com/docs/reference/specification/v3.0.0).
import type { Product } from './products.js';

/** One channel, message and receive operation per product. */
export function asyncApi(products: Product[]): object {
  const id = (p: Product) => p.topic.replaceAll(/[.-]/g, '_');
  const per = <T>(make: (p: Product) => T) => Object.fromEntries(products.map((p) => [id(p), make(p)]));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Tideway data products', version: '0.1.0', description: 'Generated from schemas/ by `npm run generate`: do not edit.' },
    defaultContentType: 'application/vnd.apache.avro',
    channels: per((p) => ({
      address: p.topic,
      description: p.contract.description.purpose,
      messages: { [id(p)]: { $ref: `#/components/messages/${id(p)}` } },
      bindings: { kafka: { topic: p.topic, partitions: p.partitions, topicConfiguration: topicConfiguration(p), bindingVersion: '0.5.0' } },
    })),
    operations: per((p) => ({
      action: 'receive',
      channel: { $ref: `#/channels/${id(p)}` },
      messages: [{ $ref: `#/channels/${id(p)}/messages/${id(p)}` }],
    })),
    components: {
      messages: per((p) => ({
        name: p.schema.name,
        title: p.id,
        summary: p.contract.description.purpose,
        payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema: p.schema },
        bindings: { kafka: { key: { type: 'string' }, schemaIdLocation: 'payload', schemaIdPayloadEncoding: 'confluent', bindingVersion: '0.5.0' } },
      })),
    },
  };
}

function topicConfiguration(product: Product): object {
  if (product.kind !== 'event') return { 'cleanup.policy': ['compact'] };
  return { 'cleanup.policy': ['delete'], 'retention.ms': product.retentionMs };
}
