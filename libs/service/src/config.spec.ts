import { describe, expect, it } from '@jest/globals';
import { clickhouseShape, kafkaShape, loadConfig, registryShape, serviceShape } from './config.js';
import { PermanentError } from './errors.js';

const shape = { ...serviceShape, ...kafkaShape, ...registryShape, ...clickhouseShape };
const env = { KAFKA_BROKERS: 'a:9092, b:9092,', SCHEMA_REGISTRY_URL: 'http://registry:8081', CLICKHOUSE_URL: 'https://clickhouse:8443' };

function refusal(change: Record<string, string | undefined>): string {
  try {
    loadConfig(shape, { ...env, ...change });
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentError);
    return (error as Error).message;
  }
  throw new Error('the environment was accepted');
}

describe('the environment', () => {
  it('is parsed into what services use, with the defaults of what is not set', () => {
    expect(loadConfig(shape, { ...env, KAFKA_SSL: 'true', KAFKA_REPLICATION_FACTOR: '3', PORT: '8080' })).toEqual({
      HOST: '127.0.0.1', PORT: 8080, LOG_LEVEL: 'info', KAFKA_BROKERS: ['a:9092', 'b:9092'], KAFKA_SSL: true, KAFKA_REPLICATION_FACTOR: 3, KAFKA_MAX_MESSAGE_BYTES: 1_000_000, QUARANTINE_BYTES_PER_HOUR: 268_435_456,
      SCHEMA_REGISTRY_URL: 'http://registry:8081', CLICKHOUSE_URL: 'https://clickhouse:8443', CLICKHOUSE_USERNAME: 'default', CLICKHOUSE_PASSWORD: '',
    });
  });

  it('has no variable that is empty, as docker-compose passes what is not set', () => {
    expect(loadConfig(shape, { ...env, PORT: '', KAFKA_SSL: '' })).toEqual(loadConfig(shape, env));
  });

  it('is refused with the names of all variables that are missing, not of the first only', () => {
    const message = refusal({ KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined, CLICKHOUSE_URL: undefined });
    for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'CLICKHOUSE_URL']) expect(message).toContain(`  ${name}: `);
    expect(message.split('\n')).toHaveLength(4);
  });

  it.each([
    ['KAFKA_BROKERS', ''],
    ['KAFKA_SSL', 'yes'],
    ['KAFKA_SASL_MECHANISM', 'gssapi'],
    ['KAFKA_REPLICATION_FACTOR', '0'],
    ['KAFKA_MAX_MESSAGE_BYTES', '1 MB'],
    ['SCHEMA_REGISTRY_URL', 'registry'],
    ['PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused with the name of %s where that is "%s"', (name, value) => {
    expect(refusal({ [name]: value }).split('\n')).toEqual([expect.any(String), expect.stringMatching(`^  ${name}: `)]);
  });
});
