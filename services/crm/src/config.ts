// What the crm service reads from its environment.
import { z } from 'zod';
import { hashedKeys, intakeShape, quarantineShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  ...quarantineShape,
  HUBSPOT_CLIENT_SECRET: z.string().min(1).describe('client secret of the HubSpot app: webhooks are signed with it'),
  HUBSPOT_WEBHOOK_URL: z.url().describe('the URL as HubSpot knows it: it is part of what is signed'),
  HUBSPOT_ALLOW_V1_V2: z.enum(['true', 'false']).default('false').transform((text) => text === 'true').describe('take requests that have only a signature without a time'),
  CRM_IMPORT_KEYS: hashedKeys,
  PIPEDRIVE_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of HTTP Basic authentication of Pipedrive\'s webhooks'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
