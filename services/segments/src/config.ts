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
  SEGMENTS_CACHE_PROFILES: z.coerce.number().int().min(100).default(50_000).describe('profiles kept in memory per partition; others are read from ClickHouse'),
  SEGMENTS_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
