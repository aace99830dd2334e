// What every domain service is made of behind its routes: the publisher of its products, intake, replays and health.
import type { Provider, Type } from '@nestjs/common';
import { loadProducts, type Product } from '@tideway/contracts';
import { Publisher, SchemaRegistry, checkKafka, createKafka } from '@tideway/kafka';
import type { KafkaConfig, RegistryConfig, Service } from '@tideway/service';
import { intakeLimits, type IntakeConfig } from './config.js';
import { Intake } from './intake.js';
import type { HashedKey } from './keys.js';
import type { ReplaySources } from './replay/replayer.js';
import { replayRoute } from './replay/route.js';

export interface DomainParts {
  kafka: ReturnType<typeof createKafka>;
  registry: SchemaRegistry;
  /** The domain's, and those of quarantine. */
  products: Product[];
  intake: Intake;
  /** What the module has besides its own: intake, and the route of replays. */
  controllers: Type[];
  providers: Provider[];
}

/** Wires the service of the domain that it is named after: it is ready once its topics and schemas are there, and disconnects when it closes. */
export function domainParts(config: KafkaConfig & RegistryConfig & IntakeConfig & { QUARANTINE_KEYS?: HashedKey[] | undefined }, service: Service, sources: ReplaySources): DomainParts {
  const { name, logger, metrics, health } = service;
  const kafka = createKafka(config, name, logger);
  const registry = new SchemaRegistry(config);
  const products = loadProducts().filter(({ domain }) => domain === name || domain === 'operations');
  const publisher = new Publisher({
    kafka, registry, products, service: name, logger, metrics,
    replicationFactor: config.KAFKA_REPLICATION_FACTOR, maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES, quarantineBytesPerHour: config.QUARANTINE_BYTES_PER_HOUR,
  });
  const intake = new Intake({ publisher, logger, metrics, ...intakeLimits(config) });
  const replays = replayRoute({ service: name, sources, products, registry, publisher, metrics, keys: config.QUARANTINE_KEYS });
  health.add('kafka', () => checkKafka(kafka).then(() => publisher.connect()));
  health.add('registry', () => registry.check());
  service.onClose.push(() => publisher.disconnect());
  return { kafka, registry, products, intake, controllers: replays.controllers, providers: [{ provide: Intake, useValue: intake }, ...replays.providers] };
}
