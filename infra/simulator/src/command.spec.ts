// The command line is read whole, and every mistake in it is named.
import { describe, expect, it } from '@jest/globals';
import { HELP, parseCommand } from './command.js';

const ENV = { WEB_WRITE_KEY: 'w', HUBSPOT_CLIENT_SECRET: 'h', CRM_IMPORT_KEY: 'i' };
const URLS = ['--web-url', 'http://127.0.0.1:4001', '--crm-url', 'http://127.0.0.1:4002/'];

describe('parseCommand', () => {
  it('reads arguments and keys, with defaults', () => {
    expect(parseCommand(URLS, ENV)).toEqual({
      simulation: { seed: 1, events: 20_000, people: undefined },
      eventsPerSecond: undefined,
      concurrency: undefined,
      targets: { webUrl: 'http://127.0.0.1:4001', crmUrl: 'http://127.0.0.1:4002/', hubspotWebhookUrl: 'http://127.0.0.1:4002/webhooks/hubspot', webWriteKey: 'w', hubspotSecret: 'h', crmImportKey: 'i' },
    });
    const args = ['--seed', '7', '--events', '100', '--people', '9', '--people-exponent', '0.5', '--products', '40', '--product-exponent', '1.2', '--rate', '500', '--concurrency', '4', '--hubspot-webhook-url', 'https://hooks.shop.example/h'];
    expect(parseCommand([...URLS, ...args], ENV)).toMatchObject({
      simulation: { seed: 7, events: 100, people: 9, peopleExponent: 0.5, products: 40, productExponent: 1.2 }, eventsPerSecond: 500, concurrency: 4, targets: { hubspotWebhookUrl: 'https://hooks.shop.example/h' },
    });
  });

  it('explains itself without any other argument', () => {
    expect(parseCommand(['--help'], {})).toBe('help');
    for (const option of ['--seed', '--events', '--people', '--people-exponent', '--products', '--product-exponent', '--rate', '--concurrency', '--web-url', '--crm-url', '--hubspot-webhook-url', ...Object.keys(ENV)]) expect(HELP).toContain(option);
  });

  it.each([
    [[], ENV, '--web-url'],
    [[...URLS, '--web-url', 'localhost:1'], ENV, '--web-url'],
    [[...URLS, '--rate', 'fast'], ENV, '--rate'],
    [[...URLS, '--seed', '-3'], ENV, '--seed'],
    [[...URLS, '--sede', '3'], ENV, '--sede'],
    [URLS, { ...ENV, CRM_IMPORT_KEY: '' }, 'CRM_IMPORT_KEY'],
  ])('names what is wrong in %j', (args, env, name) => {
    expect(() => parseCommand(args, env)).toThrow(name);
  });
});
