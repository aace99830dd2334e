// The whole flow of the warehouse: every product topic, in blocks announced by intents, undecoded into its table.
import type { Product } from '@tideway/contracts';
import { consumeBlocks, type Kafka } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Config } from './config.js';
import type { Ingest } from './ingest.js';

const MB = 1024 * 1024;

/** topic -> block -> (frames, schemas, datums checked) -> one insert per writer schema, under a token of the block. */
export function pipeline(config: Config, kafka: Kafka, { logger, metrics }: Service, products: Product[], ingest: Ingest): Loop {
  const byTopic = new Map(products.map((product) => [product.topic, product]));
  return consumeBlocks({
    kafka,
    logger,
    metrics,
    groupId: config.WAREHOUSE_GROUP,
    topics: [...byTopic.keys()],
    intent: () => true,
    acknowledge: true,
    onBlock: (block) => ingest.block(byTopic.get(block.topic)!, block),
    limits: { maxRecords: config.WAREHOUSE_MAX_BLOCK_ROWS },
    minBytes: MB,
    // Large inserts spare ClickHouse merges; few partitions at a time spare this process memory, which is time for its collector.
    maxBytes: 16 * MB,
    maxBytesPerPartition: 8 * MB,
    maxWaitMs: config.WAREHOUSE_LINGER_MS,
    sessionTimeoutMs: config.WAREHOUSE_SESSION_TIMEOUT_MS,
  });
}
