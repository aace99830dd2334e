// Wiring of the sessions process: the web domain's second one, so that nothing that befalls it keeps events out.
import { Module } from '@nestjs/common';
import { loadProducts } from '@tideway/contracts';
import { SchemaRegistry, checkKafka, createKafka, ensureTopics } from '@tideway/kafka';
import { preparedLoop, untilDone, type ServiceDefinition } from '@tideway/service';
import { configShape } from './config.js';
import { Formats } from './formats.js';
import { pipeline } from './pipeline.js';
import { STATE_TOPIC, checkPartitions, stateTopic } from './topics.js';

@Module({})
class SessionsModule {}

export const sessions: ServiceDefinition<typeof configShape> = {
  name: 'sessions',
  config: configShape,
  async module(config, service) {
    const kafka = createKafka(config, 'sessions', service.logger);
    const registry = new SchemaRegistry(config);
    const products = loadProducts();
    const formats = new Formats(products, registry);
    service.loops.push(preparedLoop(pipeline(config, kafka, service, formats), () => untilDone('topics and schemas', service.logger, async () => {
      await ensureTopics(kafka, products, [stateTopic(products)], config.KAFKA_REPLICATION_FACTOR);
      await checkPartitions(kafka, [...formats.topics, STATE_TOPIC, formats.sessions.product.topic]);
      await formats.register(registry);
    })));
    service.health.add('kafka', () => checkKafka(kafka));
    service.health.add('registry', () => registry.check());
    return { module: SessionsModule };
  },
};
