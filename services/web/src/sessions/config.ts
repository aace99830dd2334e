// What the sessions process reads from its environment.
import { z } from 'zod';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  WEB_SESSIONS_GROUP: z.string().default('sessions').describe('consumer group, and prefix of the transactional ids'),
  WEB_SESSIONS_LATE_HOURS: z.coerce.number().min(1).max(168).default(24).describe('events that come later than so long after they happened belong to no session; sessions stay in memory for so long'),
  WEB_SESSIONS_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
