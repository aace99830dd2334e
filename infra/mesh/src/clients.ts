// Clients of a running mesh for the tools here: Kafka, registry and ClickHouse by the mesh's own addresses.
import { createClickHouse, type ClickHouseClient } from '@tideway/clickhouse';
import { loadProducts, type Product } from '@tideway/contracts';
import { SchemaRegistry, createKafka, type Kafka } from '@tideway/kafka';
import { clickhouseShape, createLogger, kafkaShape, loadConfig, registryShape } from '@tideway/service';

export interface Clients {
  kafka: Kafka;
  registry: SchemaRegistry;
  clickhouse: ClickHouseClient;
  products: Product[];
  /** Rows of a query; parameters as ClickHouse's {name:Type}. */
  rows<T>(query: string, params?: Record<string, unknown>): Promise<T[]>;
}

/** `queryTimeoutMs`: how long an answer of ClickHouse may take; half a minute by default. */
export function connect(env: Record<string, string | undefined>, { queryTimeoutMs }: { queryTimeoutMs?: number } = {}): Clients {
  const config = loadConfig({ ...kafkaShape, ...registryShape, ...clickhouseShape }, env);
  const clickhouse = createClickHouse(config, 'tideway', queryTimeoutMs);
  return {
    kafka: createKafka(config, 'tideway', createLogger('tideway', 'silent')),
    registry: new SchemaRegistry(config),
    clickhouse,
    products: loadProducts(),
    async rows<T>(query: string, params: Record<string, unknown> = {}): Promise<T[]> {
      const result = await clickhouse.query({ query, query_params: params, format: 'JSONEachRow' });
      return result.json<T>();
    },
  };
}
