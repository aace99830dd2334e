// What the web service reads from its environment.
import { z } from 'zod';
import { hashedKeys, intakeShape, quarantineShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  ...quarantineShape,
  WEB_WRITE_KEYS: hashedKeys,
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
