// What the personalization service reads from its environment.
import { z } from 'zod';
import { hashedKeys } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  PERSONALIZATION_GROUP: z.string().default('personalization').describe('consumer group, and prefix of the transactional ids'),
  PERSONALIZATION_API_KEYS: hashedKeys,
  PERSONALIZATION_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
