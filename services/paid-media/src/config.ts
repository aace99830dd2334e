// What the paid-media service reads from its environment.
import { z } from 'zod';
import { hashedKeys, intakeShape, quarantineShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  ...quarantineShape,
  PAID_MEDIA_KEYS: hashedKeys,
  META_APP_SECRET: z.string().min(1).optional().describe('secret of the Meta app: its lead webhooks are signed with it; without it none are taken'),
  META_VERIFY_TOKEN: z.string().min(1).optional().describe('what Meta repeats when the webhook is set up; without it none can be'),
  PAID_MEDIA_PULLS: z.string().min(1).optional().describe('YAML file of the accounts whose reports are pulled; without it none are'),
  PAID_MEDIA_GROUP: z.string().min(1).default('paid-media').describe('consumer group of the instances that pull, and prefix of their transactional ids'),
  PAID_MEDIA_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(6_000).describe('after so long without a heartbeat another instance pulls'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
