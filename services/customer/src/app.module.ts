// Wiring of the customer service: one active owner of the identity graph, the others stand by.
import { Module } from '@nestjs/common';
import { hasIdentifiers, loadProducts } from '@tideway/contracts';
import { loadIdentifierRules } from '@tideway/identifiers';
import { SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { Outputs } from './outputs.js';
import { pipeline } from './pipeline.js';
import { Restore } from './restore.js';
import { EVENT_IDS } from './topics.js';

@Module({})
class CustomerModule {}

export const customer: ServiceDefinition<typeof configShape> = {
  name: 'customer',
  config: configShape,
  async module(config, service) {
    const kafka = createKafka(config, 'customer', service.logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts();
    const inputs = products.filter(hasIdentifiers);
    const outputs = new Outputs(products);
    const restore = new Restore(kafka, registry, products, loadIdentifierRules(), service.logger);
    const loop = pipeline({ config, kafka, service, registry, inputs, outputs, restore });
    service.loops.push(preparedLoop(loop, () => untilDone('topics and schemas', service.logger, async () => {
      await ensureTopics(kafka, products, [EVENT_IDS], config.KAFKA_REPLICATION_FACTOR);
      await outputs.register(registry);
    })));
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    return { module: CustomerModule };
  },
};
