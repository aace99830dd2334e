// What the customer service reads from its environment.
import { z } from 'zod';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  CUSTOMER_GROUP: z.string().default('customer').describe('consumer group, and prefix of the transactional id'),
  CUSTOMER_MAX_BLOCK_ROWS: z.coerce.number().int().min(1).max(100_000).default(2_000),
  CUSTOMER_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
