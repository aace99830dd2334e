// Meta Lead Ads: webhooks that tell of a lead, and leads with their answers, to leads.
import type { Outcome, ProductRecord } from '@tideway/contracts';
import { normaliseIdentifier } from '@tideway/identifiers';
import { v5 } from 'uuid';
import { rowsByShape, type ReportContext, type ReportSource, type Rows, type Shape } from './report.js';
import { broken, id, objectOf, optionalId, outcomeOf, rowObject, text, type Fields } from './row.js';

/** Namespace of the ids of leads; a change of it makes resends new events. */
const NAMESPACE = 'b1a5c8de-3f04-5b7e-9d62-7c1e0a94f3d8';
/** Questions of Meta's own whose answers identify (https://developers.facebook.com/docs/marketing-api/guides/lead-ads/create). */
const QUESTIONS: ReadonlyMap<string, string> = new Map([['email', 'email_sha256'], ['work_email', 'email_sha256'], ['phone_number', 'phone_sha256'], ['work_phone_number', 'phone_sha256']]);

const SHAPE: Shape = {
  platform: 'Meta Lead Ads',
  list: (response) => response['data'],
  error: (response) => ('error' in response ? { code: 'platform_error', field: 'error', message: 'the Graph API answered with an error instead of leads: mend the request, and send the leads' } : undefined),
  isRow: (row) => 'field_data' in row,
  expected: '{"data": [{"id": ..., "field_data": [...]}]}',
};

/** The changes of a webhook of pages, each with the page that it is of; a rejection where it is none. */
export function leadChanges(payload: unknown): Rows {
  const body = objectOf(payload);
  if (body?.['object'] !== 'page') return { rejection: { code: 'unknown_format', field: 'object', message: 'this is no webhook of a page: {"object": "page", "entry": [...]} is expected' } };
  const entries = body['entry'];
  if (!Array.isArray(entries)) return { rejection: { code: 'not_a_list', field: 'entry', message: 'entry must be a list' } };
  const rows: unknown[] = [];
  for (const value of entries) {
    const entry = objectOf(value);
    if (Array.isArray(entry?.['changes'])) for (const change of entry['changes']) rows.push({ page: entry['id'], change });
    // What is no entry is kept in quarantine, so that Meta does not send the good ones with it again.
    else rows.push(value);
  }
  return { rows };
}

/**
 * One change of leadChanges() (https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-leadgen):
 * ids alone, no answers and so no identifiers; `created_time` in seconds. `adgroup_id` is an older name of the ad. Changes
 * of other fields give no records. What is unreadable is quarantined, never rejected: Meta would send it again for days.
 */
export function metaLeadChange(row: unknown, receivedAt: number): Outcome {
  const { page, change } = objectOf(row) ?? {};
  const field = objectOf(change)?.['field'];
  if (typeof field === 'string' && field !== 'leadgen') return { status: 'records', records: [] };
  return outcomeOf('paid-media.leads', () => {
    const value = objectOf(objectOf(change)?.['value']) ?? broken('type', 'value', 'a change must have a value');
    const pageId = present(value['page_id'], 'page_id') ?? present(page, 'id');
    return [lead({
      lead_id: id(value['leadgen_id'], 'leadgen_id'), has_answers: false, identifiers: {}, occurred_at: secondsOf(value['created_time']), received_at: receivedAt,
      source: pageId === null ? 'meta-leads' : `meta-leads:${pageId}`, page_id: pageId, form_id: present(value['form_id'], 'form_id'),
      campaign_id: null, ad_group_id: null, ad_id: present(value['ad_id'], 'ad_id') ?? present(value['adgroup_id'], 'adgroup_id'),
    })];
  });
}

/**
 * Leads with their answers, as `GET /{form-id}/leads` and `GET /{lead-id}` give them
 * (https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving). E-mail address and phone number become
 * identifiers; a number without its country code, and what is none, does not. Other answers are left out.
 */
export const metaLeads: ReportSource = {
  rows: (payload: unknown): Rows => rowsByShape(payload, SHAPE),
  outcome: (row: unknown, { extractedAt }: ReportContext): Outcome => outcomeOf('paid-media.leads', () => {
    const value = rowObject(row);
    return [lead({
      lead_id: id(value['id'], 'id'), has_answers: true, identifiers: identifiersOf(value['field_data']), occurred_at: timeOf(value['created_time']), received_at: extractedAt,
      source: 'meta-leads', page_id: present(value['page_id'], 'page_id'), form_id: present(value['form_id'], 'form_id'),
      campaign_id: present(value['campaign_id'], 'campaign_id'), ad_group_id: present(value['adset_id'], 'adset_id'), ad_id: present(value['ad_id'], 'ad_id'),
    })];
  }),
};

type LeadFields = Omit<Extract<ProductRecord, { product: 'paid-media.leads' }>['record'], 'event_id' | 'platform'>;

/** The event with the answers is another one than that without: customer would take the later for a resend. */
function lead(fields: LeadFields): ProductRecord {
  const event_id = v5(JSON.stringify(['meta', fields.lead_id, fields.has_answers]), NAMESPACE);
  return { product: 'paid-media.leads', record: { event_id, platform: 'meta', ...fields } };
}

/** An id; null where there is none. Meta writes 0 for the ad of a lead that came without one. */
function present(value: unknown, field: string): string | null {
  const found = optionalId(value, field);
  return found === '' || found === '0' ? null : found;
}

function identifiersOf(answers: unknown): Record<string, string> {
  if (!Array.isArray(answers)) return broken('type', 'field_data', 'field_data must be a list of answers');
  const identifiers: Record<string, string> = {};
  for (const answer of answers) {
    const { name, values }: Fields = objectOf(answer) ?? {};
    const type = QUESTIONS.get(String(name));
    const first: unknown = Array.isArray(values) ? values[0] : undefined;
    if (!type || typeof first !== 'string' || type in identifiers) continue;
    const normalised = normaliseIdentifier(type, first);
    if (normalised.ok) identifiers[type] = normalised.value;
  }
  return identifiers;
}

function secondsOf(value: unknown): number {
  const digits = text(value, 'created_time') ?? broken('required', 'created_time', 'created_time is required');
  return inRange(/^\d{1,11}$/.test(digits) ? Number(digits) * 1_000 : NaN, 'created_time must be seconds since 1970');
}

/** Meta writes `2026-11-20T09:30:00+0000`. */
function timeOf(value: unknown): number {
  const shown = text(value, 'created_time') ?? broken('required', 'created_time', 'created_time is required');
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d):?(\d\d)?$/.exec(shown);
  const offset = match?.[2] === 'Z' ? 'Z' : `${match?.[2]}:${match?.[3]}`;
  return inRange(match ? Date.parse(`${match[1]}${offset}`) : NaN, 'created_time must be a time such as 2026-11-20T09:30:00+0000');
}

/** From 1970 to 2100, as contracts have it. */
function inRange(time: number, message: string): number {
  return time >= 0 && time <= Date.UTC(2100, 0, 1) ? time : broken('range', 'created_time', message);
}
