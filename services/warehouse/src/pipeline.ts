// The whole flow of the warehouse: every product topic, in blocks announced by intents, undecoded into its table. Blocks
// of all partitions of a topic go together: few inserts, and so few parts to merge, though topics have many partitions.
import type { Product } from '@tideway/contracts';
import { consumeBlocks, type Kafka } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Config } from './config.js';
import type { Ingest } from './ingest.js';

const MB = 1024 * 1024;

/** topic -> block -> (frames, schemas, datums checked) -> one insert per writer schema, under a token of the blocks. */
export function pipeline(config: Config, kafka: Kafka, { logger, metrics }: Service, products: Product[], ingest: Ingest): Loop {
  const byTopic = new Map(products.map((product) => [product.topic, product]));
  return consumeBlocks({
    kafka,
    logger,
    metrics,
    groupId: config.WAREHOUSE_GROUP,
    topics: [...byTopic.keys()],
    onBlocks: (blocks) => ingest.blocks(byTopic.get(blocks[0]!.topic)!, blocks),
    limits: { maxRecords: config.WAREHOUSE_MAX_BLOCK_ROWS },
    minBytes: MB,
    // Large inserts spare ClickHouse merges; few partitions at a time spare this process memory, which is time for its collector.
    maxBytes: 16 * MB,
    maxBytesPerPartition: 8 * MB,
    maxWaitMs: config.WAREHOUSE_LINGER_MS,
    // All partitions of all topics at a time: blocks that come in one fetch are to meet.
    concurrency: 1_000,
    sessionTimeoutMs: config.WAREHOUSE_SESSION_TIMEOUT_MS,
  });
}
