// What the warehouse reads from its environment.
import { z } from 'zod';
import { quarantineShape } from '@tideway/intake';
import { clickhouseShape, kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...clickhouseShape,
  ...quarantineShape,
  WAREHOUSE_GROUP: z.string().default('warehouse').describe('consumer group'),
  WAREHOUSE_LINGER_MS: z.coerce.number().int().min(1).max(10_000).default(700).describe('how long a fetch waits for more records: larger blocks against latency'),
  WAREHOUSE_MAX_BLOCK_ROWS: z.coerce.number().int().min(1).max(500_000).default(100_000),
  WAREHOUSE_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
