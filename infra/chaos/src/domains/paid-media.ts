// The paid-media domain: reports of Google Ads and Meta about a shop's days, which later reports restate.
import { productOf } from '@tideway/contracts';
import type { Clients } from '@tideway/mesh';
import { adRequests, type NativeRequest } from '@tideway/simulator';
import { happenings, sentAgain } from './days.js';
import type { Domain, ReportRow } from './domain.js';

/** Share of the reports that are sent again, with the time of their extraction. */
const AGAIN = 0.1;

export const paidMedia: Domain = {
  load: {
    share: 0.05,
    *requests({ seed, random }) {
      let extractedAt = 0;
      for (const morning of happenings(seed, 'ads')) {
        // Two extractions have two times, also where they follow at once.
        extractedAt = Math.max(Date.now(), extractedAt + 1);
        for (const request of adRequests({ ...morning, at: extractedAt })) {
          yield request;
          if (random.fraction() < AGAIN) yield sentAgain(request);
        }
      }
    },
  },
  rows(request: NativeRequest): ReportRow[] {
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
