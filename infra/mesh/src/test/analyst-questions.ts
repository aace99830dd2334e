// The queries of docs/analysts.md as an analyst asks them, and what makes their answers plausible.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each query has columns of its own
type Row = Record<string, any>;

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;
const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const falls = (...steps: number[]): boolean => steps.every((step, i) => i === 0 || step <= steps[i - 1]!);
/** A ratio of two columns, or null where there is nothing to divide by. */
const isRatio = (ratio: unknown, of: number, by: number): boolean => (by === 0 ? ratio === null : Math.abs((ratio as number) - of / by) < 1e-6);
const CHANNEL = /^[a-z_]+$/;

/** What holds for every row of the answer, by the query's heading. */
const PLAUSIBLE: Record<string, (row: Row) => boolean> = {
  'Funnel by channel': (r) => CHANNEL.test(r['channel']) && isCount(r['people']) && isShare(r['conversion'])
    && falls(r['people'], r['viewed_product'], r['added_to_cart'], r['began_checkout'], r['ordered']),
  'Spend against revenue per campaign': (r) => ['google', 'meta'].includes(r['platform']) && r['campaign'] !== '' && isAmount(r['cost_eur'])
    && isAmount(r['orders']) && (r['orders'] > 0 || r['revenue_eur'] === 0) && isRatio(r['revenue_per_euro'], r['revenue_eur'], r['cost_eur']),
  'Cost per new customer': (r) => ['google', 'meta'].includes(r['platform']) && r['cost_eur'] > 0 && isRatio(r['cost_per_new_customer'], r['cost_eur'], r['new_customers']),
  'Cohort retention': (r) => r['week'] >= 0 && r['week'] <= 5 && isCount(r['people']) && isShare(r['share']) && (r['week'] > 0 || r['share'] === 1),
  'E-mail engagement after purchase': (r) => /^(newsletter|cart-reminder)/.test(r['campaign']) && falls(r['delivered'], r['customers'], 1)
    && isShare(r['opened'] + r['opened_by_machines_only']) && isShare(r['clicked']) && r['clicked'] <= r['opened'] && isShare(r['unsubscribed']),
  'Members of a segment with their last touch': (r) => r['channel'] === null ? r['touched_at'] === null : CHANNEL.test(r['channel']) && r['channel'] !== 'direct' && r['touched_at'] !== null,
  'Time from first touch to order': (r) => CHANNEL.test(r['channel']) && isCount(r['customers']) && isAmount(r['median_hours']) && r['p90_hours'] >= r['median_hours'],
  'Top paths to the first order': (r) => /^[a-z_]+( > [a-z_]+)*$/.test(r['path']) && isCount(r['customers']) && r['revenue_eur'] > 0,
  'Consent rate by channel': (r) => CHANNEL.test(r['channel']) && isCount(r['people']) && ['decided', 'analytics', 'advertising', 'marketing_by_email'].every((rate) => isShare(r[rate]) && r[rate] <= r['decided']),
  'Deals by first touch': (r) => CHANNEL.test(r['first_touch']) && isCount(r['deals']) && r['won'] <= r['deals'] && isShare(r['won_share']) && r['won_amount'] <= r['amount'],
  'Landings per minute and channel': (r) => CHANNEL.test(r['channel']) && isCount(r['views']) && isCount(r['people']),
  'Visits by channel': (r) => CHANNEL.test(r['channel']) && isCount(r['visits']) && isAmount(r['views']) && isAmount(r['seconds']) && isShare(r['converted']),
  'Revenue of the members of segments': (r) => isCount(r['members']) && isAmount(r['revenue_eur']),
  'Orders by last touch': (r) => r['channel'] !== 'direct' && isCount(r['orders']) && r['revenue_eur'] > 0,
  'Landings and their cost per ad': (r) => isAmount(r['cost_eur']) && isAmount(r['clicks']) && r['landings'] <= r['clicks'] && isRatio(r['cost_per_landing'], r['cost_eur'], r['landings']),
  'Members of segments a day ago and now': (r) => r['a_day_ago'] + r['today'] > 0,
  'Recorded and recomputed members of a moment': (r) => r['recorded'] + r['recomputed'] > 0,
  'How long people stay in segments': (r) => falls(r['stays'], r['people'], 1) && falls(r['people'], r['members']) && r['ended_by_time'] <= r['stays'] - r['members']
    && (r['stays'] > r['members'] ? isAmount(r['median_hours']) : r['median_hours'] === null),
  'Size and churn of segments per day': (r) => isAmount(r['size']) && isAmount(r['entered']) && isRatio(r['churn'], r['exited'], r['size'] - r['entered'] + r['exited']),
  'Segments that hold the same people': (r) => isShare(r['jaccard']) && isCount(r['size']) && r['common'] <= Math.min(r['size'], r['other_size']),
};

/** The fenced SQL of docs/analysts.md, by the heading above it; what stands under one that is not checked has none. */
function questions(): Map<string, string> {
  const markdown = readFileSync(path.join(workspaceRoot, 'docs/analysts.md'), 'utf8');
  return new Map(markdown.split(/^#{1,3} /m).flatMap((section) => [...section.matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, sql], i) => [`${section.split('\n', 1)[0]!}${i > 0 ? ` (${i + 1})` : ''}`, sql!.trim().replace(/;$/, '')] as const)));
}

/** The rows of an analyst's query, or what ClickHouse says against it; address and password are those that `npm start` printed. */
export async function ask(printed: string, query: string): Promise<Row[] | string> {
  const [, url, user, password] = /for analysts, read-only: (\S+) .*user (\S+), password (\S+)/.exec(printed) ?? [];
  const response = await fetch(`${url}/?output_format_json_quote_64bit_integers=0`, {
    method: 'POST', body: query, headers: { 'x-clickhouse-user': user!, 'x-clickhouse-key': password!, 'x-clickhouse-format': 'JSON' },
  });
  const text = await response.text();
  return response.ok ? (JSON.parse(text) as { data: Row[] }).data : text.slice(0, 500);
}

/** Asks every question with the address and password that `npm start` printed. Returns what is not plausible of the answers: nothing, where all is well. */
export async function askQuestions(printed: string): Promise<string[]> {
  const asked = questions();
  const problems = Object.keys(PLAUSIBLE).filter((heading) => !asked.has(heading)).map((heading) => `${heading}: not in docs/analysts.md`);
  for (const [heading, query] of asked) {
    const answer = await ask(printed, query);
    const problem = typeof answer === 'string' ? answer : problemOf(heading, answer);
    if (problem !== undefined) problems.push(`${heading}: ${problem}`);
  }
  return problems;
}

function problemOf(heading: string, rows: Row[]): string | undefined {
  const isPlausible = PLAUSIBLE[heading];
  if (isPlausible === undefined) return 'analyst-questions.ts does not say what is plausible';
  if (rows.length === 0) return 'no rows';
  const wrong = rows.find((row) => !isPlausible(row));
  return wrong === undefined ? undefined : `not plausible: ${JSON.stringify(wrong)}`;
}
