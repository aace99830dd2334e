import { describe, expect, it } from '@jest/globals';
import { isMachineAgent } from './machine.js';

describe('a user agent', () => {
  it.each([
    ['Mozilla/5.0'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
    ['python-requests/2.31.0'],
    ['curl/8.4.0'],
  ])('%s is a machine', (userAgent) => expect(isMachineAgent(userAgent)).toBe(true));

  it.each([
    ['Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'],
    ['YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53'],
    [undefined],
  ])('%s is none', (userAgent) => expect(isMachineAgent(userAgent)).toBe(false));
});
