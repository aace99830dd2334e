// Starts a service: configuration, Nest on Fastify, health and metrics, loops, and a graceful stop.
import 'reflect-metadata';
import { flushCompileCache } from 'node:module';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { loadConfig, serviceShape, type ServiceConfig } from './config.js';
import { errorText } from './errors.js';
import { Health } from './health.js';
import { createLogger, nestLogger, type Logger } from './log.js';
import { LoopTransport, type Loop } from './loop.js';
import { Metrics } from './metrics.js';

/** What a service's module is given besides its configuration. */
export interface Service {
  name: string;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  /** Loops to run with the service, added while the module is made; stopped in the reverse order. */
  loops: Loop[];
  /** Called after the loops have stopped, in the reverse order of being added. */
  onClose: (() => Promise<void>)[];
}

export interface RunningService {
  url: string;
  service: Service;
  app: NestFastifyApplication;
  close(): Promise<void>;
}

export interface ServiceDefinition<S extends z.ZodRawShape> {
  name: string;
  config: S;
  /** Wires the service: returns its one Nest module. */
  module(config: z.infer<z.ZodObject<S>> & ServiceConfig, service: Service): DynamicModule | Promise<DynamicModule>;
  /** Called with the application before it listens, e.g. to register Fastify plugins. */
  prepare?(app: NestFastifyApplication, service: Service): Promise<void>;
}

/** Starts a service on `env`; resolves when it listens and its loops run. */
export async function startService<S extends z.ZodRawShape>(definition: ServiceDefinition<S>, env: Record<string, string | undefined> = process.env): Promise<RunningService> {
  const config = loadConfig({ ...serviceShape, ...definition.config }, env) as z.infer<z.ZodObject<S>> & ServiceConfig;
  const logger = createLogger(definition.name, config.LOG_LEVEL);
  const service: Service = { name: definition.name, logger, metrics: new Metrics(definition.name), health: new Health(), loops: [], onClose: [] };
  const module = await definition.module(config, service);
  for (const loop of service.loops) service.health.addProblem(`loop ${loop.name}`, () => loop.problem?.());
  const adapter = new FastifyAdapter({ forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: nestLogger(logger), bodyParser: false, abortOnError: false });
  addOperations(app, service);
  await definition.prepare?.(app, service);
  for (const loop of service.loops) app.connectMicroservice({ strategy: new LoopTransport(loop) });
  try {
    await app.listen(config.PORT, config.HOST);
    const { port } = app.getHttpServer().address() as { port: number };
    const url = `http://${config.HOST}:${port}`;
    logger.info({ url }, 'listening');
    // After HTTP, so that health can be asked while a loop waits for its dependencies.
    await app.startAllMicroservices();
    return { url, service, app, close: () => stop(app, service) };
  } catch (error) {
    await stop(app, service).catch(() => undefined);
    throw error;
  }
}

async function stop(app: NestFastifyApplication, service: Service): Promise<void> {
  service.logger.info('stopping');
  for (const loop of [...service.loops].reverse()) await loop.stop();
  await app.close();
  for (const close of [...service.onClose].reverse()) await close();
}

/** /health/live, /health/ready (503 with the reasons while a dependency is away) and /metrics. */
function addOperations(app: NestFastifyApplication, { health, metrics }: Service): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/health/live', async () => ({ live: true }));
  fastify.get('/health/ready', async (_request, reply) => {
    const readiness = await health.ready();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  fastify.get('/metrics', async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));
}

/** The whole of a service's main.ts: runs until SIGTERM or SIGINT, then finishes what is in hand and stops. */
export async function runService<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): Promise<void> {
  try {
    const running = await startService(definition);
    // With NODE_COMPILE_CACHE the next start spares compiling, also where this process will be killed.
    flushCompileCache();
    let stopping = false;
    const end = () => {
      if (stopping) return;
      stopping = true;
      running.close().then(() => process.exit(0), (error: unknown) => {
        running.service.logger.error({ error: errorText(error) }, 'could not stop cleanly');
        process.exit(1);
      });
    };
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
  } catch (error) {
    console.error(`${definition.name} could not start: ${errorText(error)}`);
    process.exit(1);
  }
}
