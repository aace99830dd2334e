import { describe, expect, it } from '@jest/globals';
import type { Records } from '@tideway/contracts';
import { segmentEvent } from './segment.js';
import { COMMON, PAGE, SCREEN } from './segment.samples.js';

const ctx = { receivedAt: Date.parse('2026-11-20T12:00:00.000Z'), source: 'segment:shop' };

function view(message: unknown): Records['web.page-views'] {
  const outcome = segmentEvent(message, ctx);
  if (outcome.status !== 'records') throw new Error(JSON.stringify(outcome));
  expect(outcome.records.map((record) => record.product)).toEqual(['web.page-views']);
  return outcome.records[0]!.record as Records['web.page-views'];
}

describe('a page call', () => {
  it('as the documentation shows it becomes a page view', () => {
    const { event_id, ...record } = view(PAGE);
    expect(event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(record).toEqual({
      occurred_at: ctx.receivedAt, received_at: ctx.receivedAt, source: 'segment:shop', identifiers: { user_id: '97980cfea0067', anonymous_id: '507f191e810c19729de860ea' },
      session_id: null, url: 'http://www.example.com', path: '/', title: 'Welcome | Initech', referrer: null,
      utm_source: null, utm_medium: null, utm_campaign: null, utm_content: null, utm_term: null, utm_id: null, click_id_type: null, click_id: null,
      channel: 'direct', device: 'desktop', country: null, platform: 'web', is_bot: false,
    });
  });

  it('takes page, campaign and device from the context that libraries add', () => {
    expect(view({ ...COMMON, type: 'page', properties: {} })).toMatchObject({
      url: 'https://segment.com/academy/', path: '/academy/', title: 'Analytics Academy', referrer: null, utm_source: 'Newsletter', utm_medium: 'email', utm_campaign: 'TPS Innovation Newsletter',
      utm_term: 'tps reports', utm_content: 'image link', channel: 'email', device: 'mobile', country: null,
    });
  });

  it('does not mix the campaign of the context with that of the URL', () => {
    const url = 'https://shop.example/?utm_source=google&utm_medium=cpc&utm_content=x&gclid=g-1';
    expect(view({ ...PAGE, context: { campaign: { source: 'partner', name: 'q4' } }, properties: { url } })).toMatchObject({ utm_source: 'partner', utm_medium: null, utm_content: null, click_id_type: 'gclid', channel: 'unassigned' });
    expect(view({ ...PAGE, context: { campaign: {} }, properties: { url } })).toMatchObject({ utm_source: 'google', utm_content: 'x', channel: 'paid_search' });
  });

  it('reads the query from `search` where the URL is canonical', () => {
    expect(view({ ...PAGE, properties: { url: 'https://shop.example/shoes', search: '?utm_source=bing&utm_medium=cpc' } })).toMatchObject({ url: 'https://shop.example/shoes', utm_source: 'bing', channel: 'paid_search' });
  });

  it.each([['https://www.google.com/', 'organic_search'], ['https://blog.example.com/post', 'direct'], ['https://news.example.org/', 'referral']])('coming from %s has the channel %s', (referrer, channel) => {
    expect(view({ ...PAGE, context: { page: { referrer } } })).toMatchObject({ referrer, channel });
  });

  it('holds no address, name or token in any of its texts', () => {
    const record = view({
      ...PAGE,
      context: { page: { referrer: 'https://mail.example/?to=jane@example.com' } },
      properties: { url: 'https://shop.example/u/jane@example.com?email=jane%40example.com&first_name=Jane&token=t0ps3cret&x=1', title: 'Orders of jane@example.com' },
    });
    expect(record).toMatchObject({ url: 'https://shop.example/u/[email]?x=1', path: '/u/[email]', title: 'Orders of [email]', referrer: 'https://mail.example/' });
    expect(JSON.stringify(record)).not.toMatch(/jane|t0ps3cret/i);
  });

  it.each([['us', 'US'], ['DE', 'DE'], ['United States', null], [5, null]])('from the country %j is from %s', (country, expected) => {
    expect(view({ ...PAGE, context: { location: { country } } }).country).toBe(expected);
  });

  it('of a crawler says so', () => {
    expect(view({ ...PAGE, context: { userAgent: 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)' } }).is_bot).toBe(true);
  });

  it.each([[{}, 'required', 'properties.url'], [{ url: 5 }, 'type', 'properties.url'], [{ url: 'https://a.example', title: {} }, 'type', 'properties.title']])('with %j is quarantined', (properties, code, field) => {
    expect(segmentEvent({ ...PAGE, properties }, ctx)).toMatchObject({ status: 'quarantined', product: 'web.page-views', rejection: { code, field } });
  });

  it('with a URL that does not parse keeps it as it came', () => {
    expect(view({ ...PAGE, properties: { url: '/shoes?utm_source=google&utm_medium=organic#x' } })).toMatchObject({ url: '/shoes?utm_source=google&utm_medium=organic#x', path: '/shoes', channel: 'organic_search' });
  });
});

describe('a screen call', () => {
  it('as the documentation shows it becomes a view in the app', () => {
    expect(view(SCREEN)).toMatchObject({ url: 'app://Home', path: '/Home', title: 'Home', platform: 'app', channel: 'direct', device: 'other' });
  });

  it('may have any name, or none', () => {
    expect(view({ ...SCREEN, name: 'Sign up / step 2' })).toMatchObject({ url: 'app://Sign%20up%20%2F%20step%202', title: 'Sign up / step 2' });
    expect(view({ ...SCREEN, name: undefined })).toMatchObject({ url: 'app://', path: '/', title: null });
  });

  it('opened by a campaign link carries the campaign', () => {
    expect(view({ ...SCREEN, context: { campaign: { source: 'braze', medium: 'push', name: 'sale' }, os: { name: 'iOS' } } })).toMatchObject({ channel: 'mobile_push', device: 'mobile' });
  });
});
