import { describe, expect, it } from '@jest/globals';
import { channelOf } from './channel.js';
import { siteOf } from './site.js';

// Expectations after the table of https://support.google.com/analytics/answer/9756891
describe('channelOf', () => {
  it.each([
    ['(direct)', '(none)', '', 'direct'],
    ['(direct)', '(not set)', '', 'direct'],
    ['google', 'cpc', 'Q4 Cross-Network', 'cross_network'],
    ['google', 'cpc', 'shopping-de', 'paid_shopping'],
    ['amazon.de', 'ppc', '', 'paid_shopping'],
    ['google', 'cpc', 'workshop', 'paid_search'],
    ['google', 'cpc', 'eshop', 'paid_shopping'],
    ['Google', 'CPC', 'winter', 'paid_search'],
    ['bing', 'retargeting', '', 'paid_search'],
    ['www.google.co.uk', 'cpm', '', 'paid_search'],
    ['facebook', 'paid_social', '', 'paid_social'],
    ['ig', 'cpc', '', 'paid_social'],
    ['youtube', 'paid', '', 'paid_video'],
    ['newsportal', 'cpm', '', 'display'],
    ['newsportal', 'banner', '', 'display'],
    ['taboola', 'cpc', '', 'paid_other'],
    ['etsy.com', 'referral', '', 'organic_shopping'],
    ['blog', 'post', 'summer-shop', 'organic_shopping'],
    ['l.facebook.com', 'referral', '', 'organic_social'],
    ['t.co', 'referral', '', 'organic_social'],
    ['newsletter', 'social-media', '', 'organic_social'],
    ['m.youtube.com', 'referral', '', 'organic_video'],
    ['partner', 'video_review', '', 'organic_video'],
    ['google', 'organic', '', 'organic_search'],
    ['search.brave.com', '(not set)', '', 'organic_search'],
    ['intranet', 'organic', '', 'organic_search'],
    ['blog.example', 'referral', '', 'referral'],
    ['someapp', 'app', '', 'referral'],
    ['crm', 'E-Mail', '', 'email'],
    ['email', 'newsletter', '', 'email'],
    ['awin', 'affiliate', '', 'affiliates'],
    ['spotify', 'audio', '', 'audio'],
    ['sms', 'text', '', 'sms'],
    ['twilio', 'sms', '', 'sms'],
    ['braze', 'web-push', '', 'mobile_push'],
    ['firebase', 'x', '', 'mobile_push'],
    ['braze', 'notification', '', 'mobile_push'],
    ['newsletter', '(not set)', '', 'unassigned'],
    ['constructor', '__proto__', '', 'unassigned'],
  ])('%s / %s / %s is %s', (source, medium, campaign, channel) => {
    expect(channelOf({ source, medium, campaign })).toBe(channel);
  });
});

describe('siteOf', () => {
  it.each([
    ['www.example.com', 'example.com'], ['a.b.shop.example.co.uk', 'example.co.uk'], ['Shop.Example.com.', 'example.com'],
    ['one.myshopify.com', 'one.myshopify.com'], ['localhost', 'localhost'], ['192.168.1.10', '192.168.1.10'], ['[::1]', '[::1]'],
  ])('%s belongs to %s', (host, site) => {
    expect(siteOf(host)).toBe(site);
  });
});
