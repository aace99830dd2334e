// Track calls of one size, as analytics.js sends them: what the intake is measured with. Each becomes one record of
// web.ecommerce-events, so that what stands on the topic can be counted against what was accepted.
import { randomUUID } from 'node:crypto';
import { allAccepted, type NativeRequest } from '@tideway/simulator';

export interface CallsOptions {
  /** Calls in a request: 1 goes to /v1/track, more go to /v1/batch. */
  perRequest: number;
  /** Of one call's JSON; at least LEAST_BYTES. */
  bytes: number;
  /** Requests in flight: each is a lane of its own, and so a connection. */
  connections: number;
}

/** What is sent, closed loop: as many requests in flight as connections, so many that more do not raise the rate. */
export const LOADS = {
  batches: { perRequest: 100, bytes: 1_000, connections: 16 },
  single: { perRequest: 1, bytes: 1_000, connections: 64 },
} satisfies Record<string, CallsOptions>;
export type LoadName = keyof typeof LOADS;

/** Distinct visitors and products; a visitor's calls are one key of the topic. */
const VISITORS = 1_000;
/** What a call has without the product's description, which fills it up. */
export const LEAST_BYTES = 930;
const USER_AGENT = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const WORDS = 'A light shoe for long ways on stone, sand and wet grass, with a sole that holds and dries over night. ';

/** Requests without end; message ids are new, times those of the moment. Throws a RangeError for too few bytes. */
export function* trackRequests({ perRequest, bytes, connections }: CallsOptions): Generator<NativeRequest> {
  const calls = Array.from({ length: VISITORS }, (_, visitor) => callOf(visitor, bytes));
  let number = 0;
  const next = (now: string) => {
    const { head, tail } = calls[number++ % VISITORS]!;
    return `${head}${randomUUID()}","timestamp":"${now}"${tail}`;
  };
  for (let request = 0; ; request += 1) {
    const now = new Date().toISOString();
    const body = perRequest === 1 ? next(now) : `{"batch":[${Array.from({ length: perRequest }, () => next(now)).join(',')}],"sentAt":"${now}"}`;
    yield {
      domain: 'web', method: 'POST', path: perRequest === 1 ? '/v1/track' : '/v1/batch', body: Buffer.from(body), contentType: 'application/json',
      events: perRequest, expected: allAccepted(perRequest), lane: request % connections,
    };
  }
}

/** A visitor's call in two parts, between which its id and time are put. */
function callOf(visitor: number, bytes: number): { head: string; tail: string } {
  const filled = partsOf(visitor, '');
  const missing = bytes - Buffer.byteLength(`${filled.head}${randomUUID()}","timestamp":"${new Date().toISOString()}"${filled.tail}`);
  if (missing < 0) throw new RangeError(`a call has at least ${LEAST_BYTES} bytes, not ${bytes}`);
  return partsOf(visitor, WORDS.repeat(Math.ceil(missing / WORDS.length)).slice(0, missing));
}

function partsOf(visitor: number, description: string): { head: string; tail: string } {
  const id = String(visitor).padStart(4, '0');
  const page = { path: `/products/sku-${id}`, referrer: 'https://shop.example/shoes', search: '', title: `Trail Shoe ${id}`, url: `https://shop.example/products/sku-${id}` };
  const call = {
    type: 'track', anonymousId: `7f3f8a10-5b2c-4f6e-9d1a-00000000${id}`, userId: `customer-${id}`, event: 'Product Viewed',
    properties: { product_id: `SKU-${id}`, sku: `SKU-${id}`, name: `Trail Shoe ${id}`, brand: 'Northway', category: 'shoes', price: 89.9, quantity: 1, currency: 'EUR', value: 89.9, url: page.url, description },
    context: { page, userAgent: USER_AGENT, ip: '203.0.113.7', locale: 'de-DE', timezone: 'Europe/Berlin', library: { name: 'analytics.js', version: 'npm:next-1.81.1' }, sessionId: `visit-${id}` },
    integrations: {},
  };
  return { head: '{"messageId":"', tail: `,${JSON.stringify(call).slice(1)}` };
}
