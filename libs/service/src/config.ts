// The environment, parsed once with zod when a service starts, failing fast with the names of what is wrong.
import { z } from 'zod';
import { PermanentError } from './errors.js';

const flag = z.enum(['true', 'false']).default('false').transform((text) => text === 'true');
const list = z.string().min(1).transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean));

/** Any Kafka: addresses, TLS and SASL. */
export const kafkaShape = {
  KAFKA_BROKERS: list.describe('host:port, comma-separated'),
  KAFKA_SSL: flag.describe('TLS to the brokers'),
  KAFKA_SSL_CA_FILE: z.string().optional().describe('PEM file of the certificate authority'),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  KAFKA_GROUP_INSTANCE_ID: z.string().min(1).optional().describe('group.instance.id: names this instance for good, so that it is itself again after a crash; another one for each instance of a service'),
  KAFKA_REPLICATION_FACTOR: z.coerce.number().int().min(1).default(1).describe('of the topics that a service creates'),
  KAFKA_MAX_MESSAGE_BYTES: z.coerce.number().int().min(1_000).default(1_000_000).describe("largest batch that the products' topics take, their max.message.bytes; larger records are refused"),
  QUARANTINE_BYTES_PER_HOUR: z.coerce.number().int().min(0).default(256 * 1024 * 1024).describe('that quarantine keeps of a source in an hour, in each process; beyond it entries have no bytes'),
};

/** Any registry with Confluent's API. */
export const registryShape = {
  SCHEMA_REGISTRY_URL: z.url(),
  SCHEMA_REGISTRY_USERNAME: z.string().optional(),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional(),
};

/** Any ClickHouse, by its HTTP interface (https:// for TLS). */
export const clickhouseShape = {
  CLICKHOUSE_URL: z.url(),
  CLICKHOUSE_USERNAME: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  CLICKHOUSE_CA_FILE: z.string().optional().describe('PEM file of the certificate authority'),
};

/** What every service has. */
export const serviceShape = {
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65535).default(0).describe('port to listen on; 0 takes a free one'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

export type KafkaConfig = z.infer<z.ZodObject<typeof kafkaShape>>;
export type RegistryConfig = z.infer<z.ZodObject<typeof registryShape>>;
export type ClickHouseConfig = z.infer<z.ZodObject<typeof clickhouseShape>>;
export type ServiceConfig = z.infer<z.ZodObject<typeof serviceShape>>;

/** Parses `env` by a shape of variables, an empty one as one that is not set (as docker-compose passes them); throws a PermanentError that lists every variable that is missing or wrong. */
export function loadConfig<S extends z.ZodRawShape>(shape: S, env: Record<string, string | undefined> = process.env): z.infer<z.ZodObject<S>> {
  const result = z.object(shape).safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new PermanentError(`The environment is not complete:\n${problems.join('\n')}`);
}
