// What the web service reads from its environment.
import { z } from 'zod';
import { hashedKeys, intakeShape, quarantineShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

/** A list of names, comma-separated. */
const names = z.string().transform((text, ctx) => {
  const list = text.split(',').map((name) => name.trim()).filter(Boolean);
  if (list.every((name) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(name))) return list;
  ctx.addIssue({ code: 'custom', message: 'must be app ids, comma-separated, of at most 64 letters, digits, ".", "-" and "_" each' });
  return z.NEVER;
});

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  ...quarantineShape,
  WEB_WRITE_KEYS: hashedKeys,
  WEB_GA4_API_SECRETS: hashedKeys.default([]).describe('of the GA4 Measurement Protocol; none are accepted where it is not set'),
  WEB_SNOWPLOW_APP_IDS: names.default([]).describe('app ids (aid) that Snowplow trackers may send; none are accepted where it is not set'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
