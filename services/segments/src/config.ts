// What the segments service reads from its environment.
import { z } from 'zod';
import { clickhouseShape, kafkaShape, registryShape } from '@tideway/service';
import { accessShape } from './api/access.js';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...clickhouseShape,
  ...accessShape,
  SEGMENTS_GROUP: z.string().default('segments').describe('consumer group, and prefix of the transactional ids'),
  SEGMENTS_CACHE_MB: z.coerce.number().min(0.1).default(64).describe('memory of the profiles that are kept in it, per partition; others are read from ClickHouse'),
  SEGMENTS_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
