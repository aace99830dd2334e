// Which values of CRM properties are recorded: codes, numbers and dates as they are, contact data hashed, the rest not at all.
import { normaliseIdentifier } from '@tideway/identifiers';

export type CrmObject = 'contact' | 'deal' | 'company';

/** Properties whose values are kept. All are choices from a list, numbers, dates or flags: nothing a person is named in. */
const KEPT: Record<CrmObject, ReadonlySet<string>> = {
  contact: new Set([
    'lifecyclestage', 'stage', 'hs_lead_status', 'hs_persona', 'hs_buying_role', 'hs_role', 'hs_seniority', 'industry', 'country', 'hs_country_region_code', 'hs_language',
    'numemployees', 'numberofemployees', 'annualrevenue', 'total_revenue', 'recent_deal_amount', 'recent_deal_close_date', 'num_associated_deals', 'num_conversion_events',
    'hs_analytics_source', 'hs_latest_source', 'hubspotscore', 'hubspot_owner_id', 'createdate', 'closedate',
    'hs_email_optout', 'hs_emailconfirmationstatus', 'hs_legal_basis', 'hs_marketable_status',
  ]),
  deal: new Set([
    'dealstage', 'stage', 'pipeline', 'dealtype', 'amount', 'amount_in_home_currency', 'deal_currency_code', 'closedate', 'createdate', 'hs_priority', 'hs_forecast_amount',
    'hs_forecast_probability', 'hs_manual_forecast_category', 'hs_deal_stage_probability', 'hs_is_closed', 'hs_is_closed_won', 'hs_arr', 'hs_mrr', 'hs_acv', 'hs_tcv',
    'num_associated_contacts', 'hubspot_owner_id', 'hs_analytics_source',
  ]),
  company: new Set([
    'lifecyclestage', 'hs_lead_status', 'industry', 'type', 'country', 'hs_country_code', 'state', 'timezone', 'founded_year', 'is_public',
    'numberofemployees', 'annualrevenue', 'total_revenue', 'total_money_raised', 'recent_deal_amount', 'recent_deal_close_date',
    'num_associated_contacts', 'num_associated_deals', 'hs_num_open_deals', 'hs_num_child_companies', 'hs_target_account', 'hs_ideal_customer_profile',
    'hubspot_owner_id', 'hs_analytics_source', 'createdate', 'closedate', 'first_deal_created_date',
  ]),
};
/** `hs_email_optout_<id>`: opted out of one of the account's subscription types. */
const SUBSCRIPTION_OPTOUT = /^hs_email_optout_\d+$/;

/** Properties of a contact that identify the person. */
const IDENTIFYING: ReadonlyMap<string, string> = new Map([
  ['email', 'email_sha256'],
  ['phone', 'phone_sha256'],
  ['mobilephone', 'phone_sha256'],
  ['hs_whatsapp_phone_number', 'phone_sha256'],
  // HubSpot's own rewriting of the two above into international form.
  ['hs_calculated_phone_number', 'phone_sha256'],
  ['hs_calculated_mobile_number', 'phone_sha256'],
]);

const MAX_LENGTH = 256;
const NUMBER_OR_DATE = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$|^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/i;
const PHONE_LIKE = /(?:\d[\s().\/-]{0,3}){7}/;

/** `value` null: the value is not recorded, only that it changed. `identifier`: [type, value] that it gives the person. */
export interface RecordedValue {
  value: string | null;
  identifier?: [string, string];
}

/**
 * What is recorded of a property's new value. Text that is an e-mail address or an international phone number is
 * hashed, whatever the property; only e-mail and phone properties of a contact also identify by it. Other values are
 * kept for the properties above and those in `alsoKept` alone, unless they seem to hold contact data. An empty value,
 * which says that the property was cleared, stays the empty string.
 */
export function recordedValue(object: CrmObject, property: string, raw: string, alsoKept?: ReadonlySet<string>): RecordedValue {
  const text = raw.trim().toWellFormed();
  if (text === '') return { value: '' };
  const type = object === 'contact' ? IDENTIFYING.get(property) : undefined;
  if (type) {
    const identifier = normaliseIdentifier(type, text);
    return identifier.ok ? { value: identifier.value, identifier: [type, identifier.value] } : { value: null };
  }
  const hashed = hashedContactData(text);
  if (hashed !== undefined) return { value: hashed };
  return { value: isKept(object, property, alsoKept) && !mayHoldContactData(text) ? text : null };
}

/** Whether values of this property are recorded at all. */
export function isKept(object: CrmObject, property: string, alsoKept?: ReadonlySet<string>): boolean {
  return KEPT[object].has(property) || (object === 'contact' && SUBSCRIPTION_OPTOUT.test(property)) || (alsoKept?.has(property) ?? false);
}

function hashedContactData(text: string): string | undefined {
  // Several words with an @ are a sentence, although an address may be written with a space by mistake.
  const type = /^\S+@\S+$/.test(text) ? 'email_sha256' : text.startsWith('+') ? 'phone_sha256' : undefined;
  const identifier = type && normaliseIdentifier(type, text);
  return identifier?.ok ? identifier.value : undefined;
}

function mayHoldContactData(text: string): boolean {
  return text.length > MAX_LENGTH || text.includes('@') || (!NUMBER_OR_DATE.test(text) && PHONE_LIKE.test(text));
}
