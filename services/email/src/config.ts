// What the email service reads from its environment. A platform whose variable is not set is off.
import { z } from 'zod';
import { hashedKeys, intakeShape, quarantineShape } from '@tideway/intake';
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

const SVIX_HINT = 'a signing secret as Resend shows it: whsec_ and Base64';
const svixSecrets = namedKeys(SVIX_HINT).refine((keys) => keys.every(({ key }) => /^whsec_[A-Za-z0-9+/]{16,}=*$/.test(key)), { error: `must be name:key[,name2:key2], where a key is ${SVIX_HINT}` });

export const configShape = {
  ...kafkaShape,
  ...registryShape,
  ...intakeShape,
  ...quarantineShape,
  SENDGRID_VERIFICATION_KEYS: sendgridKeys.optional().describe('public keys of signed Event Webhooks, name:key[,name2:key2]'),
  SES_TOPIC_ARNS: topicArns.optional().describe('SNS topics of SES event publishing; messages of others are refused'),
  SES_SNS_URL: z.url().optional().describe('a stand-in for SNS, from which certificates are fetched; by default SNS of the topic\'s region'),
  MAILGUN_SIGNING_KEYS: namedKeys('the HTTP webhook signing key of an account').optional().describe('signing keys of webhooks, name:key[,name2:key2]'),
  BREVO_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords in the URL of Brevo\'s webhooks, or their Bearer tokens'),
  MAILJET_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of Basic authentication in the URL of Mailjet\'s Event API'),
  POSTMARK_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of Basic authentication in the URL of Postmark\'s webhooks'),
  RESEND_WEBHOOK_SECRETS: svixSecrets.optional().describe('signing secrets of Resend\'s webhooks, name:secret[,name2:secret2]'),
  SPARKPOST_WEBHOOK_KEYS: hashedKeys.optional().describe('passwords of Basic authentication of SparkPost\'s event webhooks, or access tokens of the OAuth server that they ask'),
};

export type Config = z.infer<z.ZodObject<typeof configShape>>;
