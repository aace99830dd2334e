// The Kafka client of a service: any cluster, by the environment, logging through pino.
import { readFileSync } from 'node:fs';
import { logLevel, type Kafka, type SASLOptions } from 'kafkajs';
import { PermanentError, type KafkaConfig, type Logger } from '@tideway/service';
import { installCoordinators } from './coordinator.js';
import { installFetchDecoder } from './fetch-decoder.js';
import { installProduceEncoder } from './produce-encoder.js';
import { installRequestQueue } from './request-queue.js';
import { KafkaClient } from './sockets.js';

const LEVELS = { [logLevel.ERROR]: 'debug', [logLevel.WARN]: 'debug', [logLevel.INFO]: 'debug', [logLevel.DEBUG]: 'trace', [logLevel.NOTHING]: 'trace' } as const;

/** A broker that does not answer for so long is not there; a request that the broker itself keeps waiting has more. */
const REQUEST_TIMEOUT_MS = 6_000;

/**
 * A kafkajs client. kafkajs' first retry after 300 ms shows in every latency, and one after a second in every recovery: they begin
 * with 10 ms here, and end with 300 ms. Its own errors are logged as debug lines, because every loop and publisher here retries or
 * reports an outage by itself.
 */
export function createKafka(config: KafkaConfig, clientId: string, logger: Logger): Kafka {
  installFetchDecoder();
  installProduceEncoder();
  installRequestQueue();
  installCoordinators();
  const options: ConstructorParameters<typeof KafkaClient>[0] = {
    clientId,
    brokers: config.KAFKA_BROKERS,
    connectionTimeout: 3_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 10, multiplier: 2, factor: 0.2, maxRetryTime: 300, retries: 11 },
    logLevel: logLevel.INFO,
    logCreator: () => ({ level, namespace, log: { message, error } }) => {
      logger[LEVELS[level]]({ context: `kafkajs.${namespace}`, ...(error ? { error } : {}) }, message);
    },
  };
  if (config.KAFKA_SSL) options.ssl = config.KAFKA_SSL_CA_FILE ? { ca: [readFileSync(config.KAFKA_SSL_CA_FILE, 'utf8')] } : true;
  if (config.KAFKA_SASL_MECHANISM) {
    if (!config.KAFKA_SASL_USERNAME || !config.KAFKA_SASL_PASSWORD) throw new PermanentError('KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
    options.sasl = { mechanism: config.KAFKA_SASL_MECHANISM, username: config.KAFKA_SASL_USERNAME, password: config.KAFKA_SASL_PASSWORD } as SASLOptions;
  }
  return new KafkaClient(options, config.KAFKA_GROUP_INSTANCE_ID);
}

/** The cluster's id, which belongs into every deduplication token: offsets mean nothing outside of their cluster. Rejects while no broker answers. */
export async function clusterId(kafka: Kafka): Promise<string> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).clusterId;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** For readiness: rejects while no broker answers. */
export async function checkKafka(kafka: Kafka): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
