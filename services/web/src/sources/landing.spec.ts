import { describe, expect, it } from '@jest/globals';
import { landingOf, queryParameters, urlCampaign } from './landing.js';

function landing(url: string, referrer: string | null = null) {
  const parsed = new URL(url);
  const parameters = queryParameters(parsed.search);
  return landingOf({ campaign: urlCampaign(parameters), parameters, referrer, host: parsed.hostname });
}

describe('landingOf', () => {
  it('takes the campaign of the URL, whatever the case of its keys', () => {
    expect(landing('https://shop.example/?UTM_Source=google&utm_medium=cpc&utm_campaign=winter&utm_content=a&utm_term=boots&utm_id=7')).toEqual({
      utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'winter', utm_content: 'a', utm_term: 'boots', utm_id: '7', click_id_type: null, click_id: null, channel: 'paid_search',
    });
  });

  it.each([
    ['gclid', 'paid_search'], ['gbraid', 'paid_search'], ['wbraid', 'paid_search'], ['dclid', 'display'], ['msclkid', 'paid_search'], ['ttclid', 'paid_social'],
    ['twclid', 'paid_social'], ['li_fat_id', 'paid_social'], ['ScCid', 'paid_social'], ['sclid', 'paid_social'], ['rdt_cid', 'paid_social'],
    ['fbclid', 'organic_social'], ['epik', 'organic_social'],
  ])('concludes from %s alone that the channel is %s, and leaves the utm fields empty', (type, channel) => {
    expect(landing(`https://shop.example/?${type}=Abc-1`)).toMatchObject({ click_id_type: type.toLowerCase(), click_id: 'Abc-1', channel, utm_source: null, utm_medium: null });
  });

  it('keeps the click id that says most where there are several', () => {
    expect(landing('https://shop.example/?fbclid=f&gclid=g')).toMatchObject({ click_id_type: 'gclid', click_id: 'g' });
  });

  it('believes the declared campaign over the click id', () => {
    expect(landing('https://shop.example/?fbclid=f&utm_source=facebook&utm_medium=paid')).toMatchObject({ channel: 'paid_social', click_id_type: 'fbclid' });
  });

  it.each([
    [null, 'direct'], ['', 'direct'], ['not a url', 'direct'],
    ['https://www.shop.example/a', 'direct'], ['https://blog.shop.example/', 'direct'],
    ['https://www.google.com/', 'organic_search'], ['https://duckduckgo.com/', 'organic_search'],
    ['android-app://com.google.android.googlequicksearchbox/', 'organic_search'], ['android-app://com.google.android.gm/', 'email'],
    ['https://l.instagram.com/', 'organic_social'], ['https://www.amazon.de/x', 'organic_shopping'], ['https://other.example/shop.example', 'referral'],
  ])('gives for the referrer %j the channel %s', (referrer, channel) => {
    expect(landing('https://www.shop.example/', referrer).channel).toBe(channel);
  });

  it('tells shops on one platform apart', () => {
    expect(landing('https://one.myshopify.com/', 'https://two.myshopify.com/').channel).toBe('referral');
  });

  it('masks an address in a parameter', () => {
    expect(landing('https://shop.example/?utm_source=news&utm_medium=email&utm_content=jane%40example.com').utm_content).toBe('[email]');
  });

  it('leaves a campaign without source and medium unassigned', () => {
    expect(landing('https://shop.example/?utm_campaign=x', 'https://www.google.com/').channel).toBe('unassigned');
  });
});
