// The paid-media domain: reports of Google Ads and Meta about a shop's days, which later reports restate, and Meta's leads.
import { productOf } from '@tideway/contracts';
import type { Clients } from '@tideway/mesh';
import { adRequests, allAccepted, type NativeRequest } from '@tideway/simulator';
import { v5 as uuidv5 } from 'uuid';
import type { Random } from '../random.js';
import { happenings, sentAgain } from './days.js';
import type { Domain, ReportRow } from './domain.js';

/** Share of the reports that are sent again, with the time of their extraction. */
const AGAIN = 0.1;

/** Namespace of the ids of leads: a constant, as ids must stay the same for ever. */
const LEADS_NAMESPACE = 'b1a5c8de-3f04-5b7e-9d62-7c1e0a94f3d8';
const LEADS_LANE = 20_102;

interface Lead {
  id: string;
}

const isOfLeads = ({ path }: NativeRequest) => path.startsWith('/v1/leads/');
const leadsOf = ({ body }: NativeRequest) => (JSON.parse(String(body)) as { data: Lead[] }).data;

/** Leads with their answers, as the Graph API gives them: docs/sources/meta-leads.md. */
function leadRequest(random: Random): NativeRequest {
  const leads = Array.from({ length: random.int(1, 8) }, () => {
    const id = `${random.int(1, 999_999_999)}${random.int(100_000, 999_999)}`;
    return { id, created_time: `${new Date().toISOString().slice(0, 19)}+0000`, ad_id: '33', adset_id: '22', campaign_id: '11', form_id: '9', field_data: [{ name: 'email', values: [`lead-${id}@example.com`] }] };
  });
  return {
    domain: 'paid-media', path: '/v1/leads/meta', method: 'POST', contentType: 'application/json', lane: LEADS_LANE,
    body: Buffer.from(JSON.stringify({ data: leads })), events: leads.length, expected: allAccepted(leads.length),
  };
}

export const paidMedia: Domain = {
  load: {
    share: 0.05,
    *requests({ seed, random }) {
      let extractedAt = 0;
      for (const morning of happenings(seed, 'ads')) {
        // Two extractions have two times, also where they follow at once.
        extractedAt = Math.max(Date.now(), extractedAt + 1);
        for (const request of [...adRequests({ ...morning, at: extractedAt }), leadRequest(random)]) {
          yield request;
          if (random.fraction() < AGAIN) yield sentAgain(request);
        }
      }
    },
  },
  /** Rows of reports have none. */
  ids: (request: NativeRequest) => (isOfLeads(request) ? leadsOf(request).map(({ id }) => uuidv5(JSON.stringify(['meta', id, true]), LEADS_NAMESPACE)) : []),
  rows(request: NativeRequest): ReportRow[] {
    if (isOfLeads(request)) return [];
    const { pathname, searchParams } = new URL(request.path, 'http://localhost');
    const extractedAt = Date.parse(searchParams.get('extracted_at')!);
    const body: unknown = JSON.parse(String(request.body));
    const rows = pathname.endsWith('/google') ? (body as { results: GoogleRow[] }[]).flatMap(({ results }) => results.map(googleRow)) : (body as { data: MetaRow[] }).data.map(metaRow);
    return rows.map((row) => ({ ...row, extractedAt }));
  },
  async stored(clients: Clients): Promise<ReportRow[]> {
    const [performance, clicks] = ['paid-media.campaign-performance', 'paid-media.ad-clicks'].map((id) => productOf(clients.products, id));
    const days = await clients.rows<StoredDay>(`SELECT platform, account_id, toString(date) AS day, campaign_id, ad_group_id, ad_id, device, impressions, clicks, cost_micros, conversions, toUnixTimestamp64Milli(extracted_at) AS extracted
      FROM ${performance!.database}.${performance!.view}`);
    const named = await clients.rows<{ click_id_type: string; click_id: string; day: string; ad_id: string; extracted: number }>(`SELECT click_id_type, click_id, toString(click_date) AS day, ad_id, toUnixTimestamp64Milli(extracted_at) AS extracted
      FROM ${clicks!.database}.${clicks!.view}`);
    return [
      ...days.map((row) => ({
        key: text(row.platform, row.account_id, row.day, row.campaign_id, row.ad_group_id, row.ad_id, row.device),
        values: text(row.impressions, row.clicks, row.cost_micros, row.conversions), extractedAt: Number(row.extracted),
      })),
      ...named.map((row) => ({ key: text(row.click_id_type, row.click_id), values: text(row.day, row.ad_id), extractedAt: Number(row.extracted) })),
    ];
  },
};

interface StoredDay {
  platform: string;
  account_id: string;
  day: string;
  campaign_id: string;
  ad_group_id: string;
  ad_id: string;
  device: string;
  impressions: number;
  clicks: number;
  cost_micros: number;
  conversions: number;
  extracted: number;
}

interface GoogleRow {
  customer: { id: string };
  campaign: { id: string };
  adGroup: { id: string };
  adGroupAd: { ad: { id: string } };
  segments: { date: string };
  metrics?: { impressions: string; clicks: string; costMicros: string; conversions: number };
  clickView?: { gclid: string };
}

interface MetaRow {
  account_id: string;
  campaign_id: string;
  adset_id: string;
  ad_id: string;
  date_start: string;
  impressions: string;
  clicks: string;
  spend: string;
  actions?: { value: string }[];
}

type Unextracted = Omit<ReportRow, 'extractedAt'>;

function googleRow({ customer, campaign, adGroup, adGroupAd: { ad }, segments: { date }, metrics, clickView }: GoogleRow): Unextracted {
  if (clickView) return { key: text('gclid', clickView.gclid), values: text(date, ad.id) };
  return { key: text('google', customer.id, date, campaign.id, adGroup.id, ad.id, ''), values: text(metrics!.impressions, metrics!.clicks, metrics!.costMicros, metrics!.conversions) };
}

function metaRow({ account_id: account, campaign_id: campaign, adset_id: adSet, ad_id: ad, date_start: date, impressions, clicks, spend, actions }: MetaRow): Unextracted {
  return { key: text('meta', account, date, campaign, adSet, ad, ''), values: text(impressions, clicks, Math.round(Number(spend) * 1e6), actions?.[0]?.value ?? 0) };
}

/** ClickHouse writes long numbers as text or as numbers: here all are text. */
const text = (...parts: (string | number)[]): string => parts.map(String).join(' ');
