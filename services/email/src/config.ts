// What the email service reads from its environment. A platform whose variable is not set is off.
import { z } from 'zod';
import { hashedKeys, intakeShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  POSTMARK_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of Basic authentication in the URL of Postmark\'s webhooks'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
