import { describe, expect, it } from '@jest/globals';
import { deviceOf, isBot } from './user-agent.js';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/40.0.2214.115 Safari/537.36';

describe('deviceOf', () => {
  it.each([
    ['desktop', MAC],
    ['desktop', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    ['desktop', 'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
    ['mobile', 'Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0 Mobile/13B143 Safari/601.1'],
    ['mobile', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'],
    ['tablet', 'Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'],
    ['tablet', 'Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'],
    ['tv', 'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36'],
    ['tv', 'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36'],
    ['other', 'curl/8.5.0'],
  ])('is %s for %s', (device, userAgent) => {
    expect(deviceOf({ context: { userAgent } })).toBe(device);
  });

  it.each([
    ['mobile', { device: { type: 'ios', model: 'iPhone7,2' } }], ['tablet', { device: { type: 'ios', model: 'iPad13,1' } }], ['mobile', { os: { name: 'Android' } }],
    ['tv', { os: { name: 'tvOS' } }], ['mobile', { userAgentData: { mobile: true } }], ['other', {}], ['other', { userAgent: 5, device: 'x' }],
  ])('is %s for a library that says %j', (device, context) => {
    expect(deviceOf({ context })).toBe(device);
  });
});

describe('isBot', () => {
  it.each([
    [true, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'], [true, 'curl/8.5.0'], [false, MAC], [false, ''],
  ])('is %s for %s', (bot, userAgent) => {
    expect(isBot({ context: { userAgent } })).toBe(bot);
  });
});
