// The command line of the simulator: its arguments and environment, read and checked.
import { parseArgs } from 'node:util';
import type { Targets } from './credentials.js';
import type { SimulatorOptions } from './simulate.js';

export const HELP = `Simulates the people of a shop and sends what their platforms would send.

  node infra/simulator/dist/main.js --web-url URL --crm-url URL [options]

  --web-url URL              the web service, e.g. http://127.0.0.1:4001
  --crm-url URL              the crm service
  --seed N                   which people and stories (default 1)
  --events N                 native events in total, resends and bad ones included (default 20000)
  --people N                 how many people (default one for each 30 events)
  --people-exponent S        who comes how often, by Zipf's law (default 0.8; 0: all alike)
  --products N               how many products (default 1000)
  --product-exponent S       what is looked at how often (default 1)
  --rate N                   events per second, open loop (default: as fast as answers come)
  --concurrency N            without a rate, requests in flight at most (default 8)
  --hubspot-webhook-url URL  the webhook's address that is signed (default: CRM URL/webhooks/hubspot)
  --help                     this text

Keys come from the environment:
  WEB_WRITE_KEY              Segment write key of the web service
  HUBSPOT_CLIENT_SECRET      client secret of the HubSpot app
  CRM_IMPORT_KEY             bearer key of the crm service's import

Prints the totals as JSON. Ends with 0 if every answer was as expected, 1 if not, 2 if it could not start.
`;

export interface Command {
  simulation: SimulatorOptions;
  targets: Targets;
  eventsPerSecond?: number;
  concurrency?: number;
}

const OPTIONS = {
  'web-url': { type: 'string' },
  'crm-url': { type: 'string' },
  'hubspot-webhook-url': { type: 'string' },
  seed: { type: 'string', default: '1' },
  events: { type: 'string', default: '20000' },
  people: { type: 'string' },
  'people-exponent': { type: 'string' },
  products: { type: 'string' },
  'product-exponent': { type: 'string' },
  rate: { type: 'string' },
  concurrency: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads arguments (without node and script) and keys; 'help' if asked for. Throws an Error that says what to change. */
export function parseCommand(args: string[], env: Record<string, string | undefined>): Command | 'help' {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return 'help';
  const webUrl = url('--web-url', values['web-url']);
  const crmUrl = url('--crm-url', values['crm-url']);
  return {
    simulation: {
      seed: number('--seed', values.seed)!,
      events: number('--events', values.events)!,
      people: number('--people', values.people),
      peopleExponent: number('--people-exponent', values['people-exponent']),
      products: number('--products', values.products),
      productExponent: number('--product-exponent', values['product-exponent']),
    },
    eventsPerSecond: number('--rate', values.rate),
    concurrency: number('--concurrency', values.concurrency),
    targets: {
      webUrl,
      crmUrl,
      hubspotWebhookUrl: values['hubspot-webhook-url'] ?? `${crmUrl.replace(/\/+$/, '')}/webhooks/hubspot`,
      webWriteKey: key(env, 'WEB_WRITE_KEY'),
      hubspotSecret: key(env, 'HUBSPOT_CLIENT_SECRET'),
      crmImportKey: key(env, 'CRM_IMPORT_KEY'),
    },
  };
}

function url(name: string, value: string | undefined): string {
  if (value !== undefined && /^https?:\/\//.test(value) && URL.canParse(value)) return value;
  throw new Error(`${name} must be an http:// or https:// address, not ${value ?? 'missing'}. See --help.`);
}

function number(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new Error(`${name} must be a number, not "${value}". See --help.`);
}

function key(env: Record<string, string | undefined>, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(`${name} is not set in the environment. See --help.`);
}
