// What the email service reads from its environment. A platform whose variable is not set is off.
import { z } from 'zod';
import { hashedKeys, intakeShape } from '@tideway/intake';
import { kafkaShape, registryShape } from '@tideway/service';
import { namedKeys } from './named-keys.js';
import { isTopicArn, sendgridKey } from './sources/index.js';

const sendgridKeys = namedKeys('the verification key of an Event Webhook, base64').transform((keys, ctx) => keys.map(({ name, key: text }) => {
  const key = sendgridKey(text);
  if (key) return { name, key };
  ctx.addIssue({ code: 'custom', message: `the key of "${name}" must be a public key on P-256, as Mail Settings show it` });
  return z.NEVER;
}));

const topicArns = z.string().transform((text, ctx) => {
  const arns = text.split(',').map((part) => part.trim()).filter(Boolean);
  if (arns.length > 0 && arns.every(isTopicArn)) return new Set(arns);
  ctx.addIssue({ code: 'custom', message: 'must be arn:aws:sns:region:account:topic[,...]' });
  return z.NEVER;
});

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  SENDGRID_VERIFICATION_KEYS: sendgridKeys.optional().describe('public keys of signed Event Webhooks, name:key[,name2:key2]'),
  SES_TOPIC_ARNS: topicArns.optional().describe('SNS topics of SES event publishing; messages of others are refused'),
  SES_SNS_URL: z.url().optional().describe('a stand-in for SNS, from which certificates are fetched; by default SNS of the topic\'s region'),
  MAILGUN_SIGNING_KEYS: namedKeys('the HTTP webhook signing key of an account').optional().describe('signing keys of webhooks, name:key[,name2:key2]'),
  POSTMARK_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of Basic authentication in the URL of Postmark\'s webhooks'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
