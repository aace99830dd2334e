// Which properties of each CRM have values that are recorded, and which identify a person, by the names that the CRM gives them.

export type CrmObject = 'contact' | 'deal' | 'company';

export interface PropertyNames {
  /** Properties whose values are kept. All are choices from a list, numbers, dates, flags or ids: nothing a person is named in. */
  kept: Record<CrmObject, ReadonlySet<string>>;
  /** A contact's further kept properties, whose names have a number in them. */
  keptPattern?: RegExp;
  /** Properties of a contact that identify the person, with the type of identifier. */
  identifying: ReadonlyMap<string, string>;
}

/** HubSpot's, and those of imports: `stage` is an import's own. */
export const HUBSPOT: PropertyNames = {
  kept: {
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
  },
  /** Opted out of one of the account's subscription types. */
  keptPattern: /^hs_email_optout_\d+$/,
  identifying: new Map([
    ['email', 'email_sha256'],
    ['phone', 'phone_sha256'],
    ['mobilephone', 'phone_sha256'],
    ['hs_whatsapp_phone_number', 'phone_sha256'],
    // HubSpot's own rewriting of the two above into international form.
    ['hs_calculated_phone_number', 'phone_sha256'],
    ['hs_calculated_mobile_number', 'phone_sha256'],
  ]),
};

/** Salesforce's API names (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/); contact stands for Contact and Lead. */
export const SALESFORCE: PropertyNames = {
  kept: {
    contact: new Set([
      'Status', 'Rating', 'LeadSource', 'Industry', 'AnnualRevenue', 'NumberOfEmployees', 'AccountId', 'OwnerId', 'RecordTypeId', 'CurrencyIsoCode',
      'MailingAddress.Country', 'MailingAddress.CountryCode', 'Address.Country', 'Address.CountryCode', 'HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall', 'EmailBouncedDate',
      'IsConverted', 'ConvertedDate', 'ConvertedAccountId', 'ConvertedContactId', 'ConvertedOpportunityId',
    ]),
    deal: new Set([
      'StageName', 'Amount', 'CurrencyIsoCode', 'CloseDate', 'Probability', 'ExpectedRevenue', 'ForecastCategory', 'ForecastCategoryName', 'Type', 'LeadSource', 'IsClosed', 'IsWon',
      'TotalOpportunityQuantity', 'HasOpportunityLineItem', 'AccountId', 'ContactId', 'CampaignId', 'Pricebook2Id', 'OwnerId', 'RecordTypeId',
    ]),
    company: new Set([
      'Type', 'Industry', 'AnnualRevenue', 'NumberOfEmployees', 'Ownership', 'Rating', 'AccountSource', 'Sic', 'NaicsCode', 'YearStarted', 'CurrencyIsoCode',
      'BillingAddress.Country', 'BillingAddress.CountryCode', 'ShippingAddress.Country', 'ShippingAddress.CountryCode', 'ParentId', 'OwnerId', 'RecordTypeId',
    ]),
  },
  // Phone is the business phone, often the switchboard of a company: it would make one person of all who work there.
  identifying: new Map([['Email', 'email_sha256'], ['MobilePhone', 'phone_sha256']]),
};

/**
 * Pipedrive's names in webhooks of version 2 (https://pipedrive.readme.io/docs/webhooks-v2-migration-guide) and of version 1,
 * where they differ; contact stands for person, company for organization.
 */
export const PIPEDRIVE: PropertyNames = {
  kept: {
    contact: new Set(['label', 'label_ids', 'marketing_status', 'doi_status', 'owner_id', 'org_id', 'visible_to']),
    deal: new Set([
      'status', 'stage_id', 'pipeline_id', 'value', 'currency', 'probability', 'expected_close_date', 'close_time', 'won_time', 'first_won_time', 'lost_time', 'label', 'label_ids',
      'person_id', 'org_id', 'owner_id', 'user_id', 'creator_user_id', 'origin', 'channel', 'is_archived', 'archive_time', 'visible_to',
    ]),
    company: new Set(['country_code', 'label', 'label_ids', 'owner_id', 'visible_to']),
  },
  // Of phones only those labelled mobile identify, which pipedrive.ts sees to.
  identifying: new Map([['emails', 'email_sha256'], ['email', 'email_sha256']]),
};
