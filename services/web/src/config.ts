// What the web service reads from its environment.
import { z } from 'zod';
import { hashedKeys, intakeShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  WEB_WRITE_KEYS: hashedKeys,
  WEB_GA4_API_SECRETS: hashedKeys.default([]).describe('of the GA4 Measurement Protocol; none are accepted where it is not set'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
