// The format of imports: what a line of each type has to look like.
import { TIMESTAMP_RANGE, type CrmConsents, type CrmInteractions } from '@tideway/contracts';
import { z } from 'zod';

const MAX_PROPERTIES = 500;
const MAX_CONTACTS = 100;

/** Every symbol of an enum of the contract: a missing or additional one does not compile. */
const symbols = <S extends string>(all: Record<S, true>) => z.enum(Object.keys(all) as [S, ...S[]]);

const id = z.union([z.string().trim().min(1).max(128), z.int()], { error: 'must be a text of 1 to 128 characters, or a whole number' }).transform(String);
const text = z.string().trim().min(1).max(256);
const time = z.iso.datetime({ offset: true, error: 'must be a time with its zone, such as 2026-11-21T09:30:00Z' })
  .transform((value) => Date.parse(value))
  .refine((ms) => ms >= TIMESTAMP_RANGE[0] && ms <= TIMESTAMP_RANGE[1], { error: 'is outside of 1970 to 2100' });

const RESERVED: Record<string, string> = {
  id: 'id', email: 'email', phone: 'phone', user_id: 'user_id', stage: 'stage', lifecyclestage: 'stage', dealstage: 'stage', amount: 'amount', currency: 'currency', deal_currency_code: 'currency',
};
const properties = z.record(z.string().min(1).max(256), z.union([z.string().max(65_536), z.number(), z.boolean(), z.null()], { error: 'must be a text, a number, true, false or null' }))
  .superRefine((entries, context) => {
    const names = Object.keys(entries);
    if (names.length > MAX_PROPERTIES) context.addIssue({ code: 'custom', message: `has ${names.length} properties, at most ${MAX_PROPERTIES} are allowed` });
    const reserved = names.find((name) => Object.hasOwn(RESERVED, name));
    if (reserved !== undefined) context.addIssue({ code: 'custom', path: [reserved], message: `write it as the line's own field ${RESERVED[reserved]}` });
  })
  .default({});

const amount = z.union([z.string().max(64), z.number()], { error: 'must be a number, or a text such as "1500.00"' }).transform(String);
const currency = z.string().regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code such as EUR' });
// CSV has texts only.
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], { error: 'must be true or false' }).default(false);
const seconds = z.union([z.int(), z.string().regex(/^\d{1,7}$/).transform(Number)], { error: 'must be whole seconds' })
  .refine((value) => value >= 0 && value <= 604_800, { error: 'must be 0 to 604800 seconds, a week' });

/** Any of these names a person; an `id` alone does so in a HubSpot account only. */
const person = { email: text.optional(), phone: text.optional(), user_id: text.optional() };
const contactReference = z.strictObject({ id: id.optional(), ...person })
  .refine((contact) => Object.values(contact).some((value) => value !== undefined), { error: 'needs an id, email, phone or user_id' });

const contact = z.strictObject({
  type: z.literal('contact'), id, ...person,
  stage: text.optional(),
  properties,
  updated_at: time,
  deleted: flag,
});

const deal = z.strictObject({
  type: z.literal('deal'), id,
  contacts: z.array(contactReference).max(MAX_CONTACTS).default([]),
  stage: text.optional(),
  amount: amount.optional(),
  currency: currency.optional(),
  properties,
  updated_at: time,
  deleted: flag,
}).refine((line) => line.amount === undefined || line.currency !== undefined, { error: 'is required with an amount', path: ['currency'] });

const consent = z.strictObject({
  type: z.literal('consent'),
  contact: contactReference,
  purpose: symbols<CrmConsents['purpose']>({ analytics: true, personalization: true, advertising: true, marketing: true }),
  channel: symbols<CrmConsents['channel']>({ any: true, web: true, email: true, sms: true, phone: true, push: true }),
  decision: symbols<CrmConsents['decision']>({ granted: true, denied: true, withdrawn: true }),
  legal_basis: symbols<CrmConsents['legal_basis']>({
    consent: true, contract: true, legal_obligation: true, vital_interests: true, public_task: true, legitimate_interests: true,
  }),
  evidence: z.string().trim().min(1).max(1024).optional(),
  decided_at: time,
});

const interaction = z.strictObject({
  type: z.literal('interaction'), id,
  contact: contactReference,
  kind: symbols<CrmInteractions['kind']>({ call: true, meeting: true, ticket: true, store_visit: true, email: true, chat: true, other: true }),
  direction: symbols<CrmInteractions['direction']>({ inbound: true, outbound: true, unknown: true }).default('unknown'),
  outcome: z.string().trim().min(1).max(64).optional(),
  subject: z.string().regex(/^[a-z][a-z_]{0,39}:[^\s@+]{1,128}$/, { error: 'must be type:id, such as order:O-1 or deal:77' }).optional(),
  duration_s: seconds.optional(),
  value: amount.optional(),
  currency: currency.optional(),
  occurred_at: time,
}).refine((line) => line.value === undefined || line.currency !== undefined, { error: 'is required with a value', path: ['currency'] });

/** A line by its `type`. Unknown fields are errors: a misspelt one would be lost without a word. */
export const lineSchema = z.discriminatedUnion('type', [contact, deal, consent, interaction], { error: 'must be contact, deal, consent or interaction' });

export type ImportType = ImportLine['type'];
/** The fields of a line of each type. */
export const LINE_FIELDS: Record<ImportType, string[]> = {
  contact: Object.keys(contact.shape), deal: Object.keys(deal.shape), consent: Object.keys(consent.shape), interaction: Object.keys(interaction.shape),
};

export type ImportLine = z.infer<typeof lineSchema>;
export type ContactLine = Extract<ImportLine, { type: 'contact' }>;
export type DealLine = Extract<ImportLine, { type: 'deal' }>;
export type ConsentLine = Extract<ImportLine, { type: 'consent' }>;
export type InteractionLine = Extract<ImportLine, { type: 'interaction' }>;
export type ContactReference = z.infer<typeof contactReference>;
