// Payloads that a page sends when something is wrong with it, and what a correct service does with each.
import { CURRENCY, GOODS } from './catalogue.js';
import type { Person } from './person.js';
import type { Random } from './random.js';
import { HOME, orderProperties, pageCall, productProperties, trackCall, type Caller } from './segment-calls.js';
import type { WebEvent } from './visit.js';

type Fault = (random: Random, caller: Caller) => WebEvent;

/** A clock that has lost its time: classic Mac OS counted from 1904, before any range of plausible times. */
const LOST_CLOCK = '1904-01-01T00:00:00.000Z';

const FAULTS = {
  /** Segment requires a userId or an anonymousId. */
  noIdentifier: (_random, caller) => {
    const { anonymousId: _lost, userId: _lostToo, ...call } = pageCall(caller);
    return { platform: 'web', call, outcome: 'rejected' };
  },
  /** No call of the spec has this type. */
  unknownType: (_random, caller) => ({ platform: 'web', call: { ...pageCall(caller), type: 'pageview' }, outcome: 'rejected' }),
  /** Money without its currency cannot be added up. */
  noCurrency: (random, caller) => {
    const lines = [{ product: random.pick(GOODS), quantity: 1 }];
    const properties = { ...orderProperties({ orderId: `o-broken-${random.hex(12)}`, lines, refunded: false }), currency: undefined };
    return { platform: 'web', call: trackCall(caller, 'Order Completed', properties), outcome: 'quarantined' };
  },
  lostClock: (_random, caller) => ({ platform: 'web', call: pageCall(caller), outcome: 'quarantined', occurredAt: LOST_CLOCK }),
  negativeQuantity: (random, caller) => {
    const properties = productProperties({ product: random.pick(GOODS), quantity: -random.int(1, 3) });
    return { platform: 'web', call: trackCall(caller, 'Product Added', { ...properties, currency: CURRENCY }), outcome: 'quarantined' };
  },
} satisfies Record<string, Fault>;

/** A bad payload from a person's first device. It takes nothing from the person's own stream: the story stays the same. */
export function faultyCall(random: Random, person: Pick<Person, 'devices' | 'userId'>): WebEvent {
  const device = person.devices[0]!;
  const fault: Fault = FAULTS[random.pick(Object.keys(FAULTS) as (keyof typeof FAULTS)[])];
  return fault(random, { random, device, sessionId: random.hex(16), userId: device.signedIn ? person.userId : undefined, page: HOME });
}
