// The HTTP API of the segments service: what its module has besides, and what it registers before it listens.
import helmet from '@fastify/helmet';
import type { Provider, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createClickHouse } from '@tideway/clickhouse';
import type { Product } from '@tideway/contracts';
import { IntakeErrors, checkBodyHeaders, registerRawBody } from '@tideway/intake';
import type { Kafka, SchemaRegistry } from '@tideway/kafka';
import type { ClickHouseConfig, Service } from '@tideway/service';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { DefinitionWriter } from '../definition-writer.js';
import type { LiveDefinitions } from '../live-definitions.js';
import { Access, type accessShape } from './access.js';
import { ChangesController } from './changes.controller.js';
import { ChangesFeed } from './changes-feed.js';
import { DefinitionsController, WRITING, type WritingParts } from './definitions.controller.js';
import { EXPORTS, MembersController, type ExportParts } from './members.controller.js';
import { MembersReader } from './members-reader.js';
import { OpenapiController } from './openapi.js';
import { PREVIEWS, PreviewController, type PreviewParts } from './preview.controller.js';
import { ProfilesController } from './profiles.controller.js';
import { loadPurposeIdentifiers } from './purpose-identifiers.js';
import { checkKnown } from './saved-definitions.js';
import { SAVED, SegmentsController } from './segments.controller.js';

/** A definition of a thousand lines has a tenth of it. */
const BODY = { maxBodyBytes: 256 * 1024, contentTypes: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain', 'application/json'] };

export const CONTROLLERS: Type[] = [SegmentsController, PreviewController, MembersController, ChangesController, ProfilesController, DefinitionsController, OpenapiController];

export interface ApiParts {
  kafka: Kafka;
  registry: SchemaRegistry;
  products: Product[];
  definitions: LiveDefinitions;
}

/** Controllers and providers; streams and exports end when the service stops. */
export function segmentsApi(config: z.infer<z.ZodObject<typeof accessShape>> & ClickHouseConfig, service: Service, { kafka, registry, products, definitions }: ApiParts): { controllers: Type[]; providers: Provider[] } {
  const { logger } = service;
  // Its own connections: what the API reads must not keep the stream waiting for one.
  const clickhouse = createClickHouse(config, 'tideway-segments-api');
  const feed = new ChangesFeed(kafka, registry, products, service);
  const closing = new AbortController();
  service.loops.push({
    name: 'changes',
    start: async () => undefined,
    stop: async () => {
      closing.abort();
      await feed.close();
    },
  });
  service.onClose.push(() => clickhouse.close(), () => writer.close());
  const keys = { reader: config.SEGMENTS_READER_KEYS ?? [], exporter: config.SEGMENTS_EXPORTER_KEYS ?? [], author: config.SEGMENTS_AUTHOR_KEYS ?? [] };
  const exports: ExportParts = { clickhouse, allowed: loadPurposeIdentifiers(), logger, closing: closing.signal };
  const previews: PreviewParts = { clickhouse, logger };
  const writer = new DefinitionWriter(kafka, definitions);
  const writing: WritingParts = { definitions, writer, clickhouse, logger };
  return {
    controllers: CONTROLLERS,
    providers: [
      { provide: Access, useValue: new Access(keys, { perSecond: config.SEGMENTS_REQUESTS_PER_SECOND, burst: config.SEGMENTS_BURST_REQUESTS }) },
      { provide: SAVED, useValue: definitions },
      { provide: MembersReader, useValue: new MembersReader(clickhouse) },
      { provide: ChangesFeed, useValue: feed },
      { provide: EXPORTS, useValue: exports },
      { provide: PREVIEWS, useValue: previews },
      { provide: WRITING, useValue: writing },
    ],
  };
}

/** Headers, bodies and refusals, before the service listens. */
export async function prepareApi(app: NestFastifyApplication, { logger, metrics }: Service): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await fastify.register(helmet);
  registerRawBody(fastify, BODY);
  const definitions = app.get<LiveDefinitions>(SAVED);
  fastify.addHook('onRequest', async ({ url }) => checkKnown(url, definitions));
  fastify.addHook('onRequest', async ({ method, headers }) => {
    if (method === 'POST' || method === 'PUT') checkBodyHeaders(headers, BODY);
  });
  app.useGlobalFilters(new IntakeErrors(logger, metrics.counter('tideway_segments_refused_requests_total', 'Requests refused, by code', ['code']), BODY.maxBodyBytes));
}
