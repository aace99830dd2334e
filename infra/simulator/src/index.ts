/**
 * A seeded simulator of the people of a shop: what their platforms send to the mesh, in the platforms' own formats.
 *
 * `simulate({ seed, events })` makes the requests, lazily and deterministically but for their times; `replay()` sends them
 * over HTTP, as Segment's libraries and HubSpot do, and compares each answer with what a correct service answers.
 *
 * People visit again and again: they land from campaigns, look at products, fill carts, order, send orders back, sign in,
 * on a second device too, choose what they consent to and withdraw it. The CRM learns of some of them, imports others, and
 * works on trade leads with deals. Bots come too. About one event in twenty is a resend: single calls with the same
 * messageId, whole batches, HubSpot's further attempts. About one in fifty is bad, half of it refused, half quarantined.
 *
 *     import { replay, simulate } from '@tideway/simulator';
 *     const totals = await replay(simulate({ seed: 1, events: 20_000 }), targets, { eventsPerSecond: 500 });
 *     if (totals.differences.length > 0) console.error(totals.differences.join('\n'));
 *
 * Zipf's law decides who comes how often and what is looked at (options and their sources: simulate.ts); what a person carries is
 * bounded, so that a simulation goes on for as long as anybody wants in the same memory. At a pace, `replay()` is an open
 * loop: what is due is due by the pace alone, nobody waits for an answer about others, and `onAnswer` is told the times.
 *
 * How it is put together: person.ts makes people, crowd.ts says who comes next, catalogue.ts what there is to see, visit.ts plans what one does in a visit, segment-calls.ts,
 * hubspot-events.ts and ndjson-import.ts say it in a platform's words, faults.ts adds bad payloads, lane.ts and batches.ts
 * make requests of it, simulate.ts draws from all lanes. A person belongs to one lane, and a lane's requests go out one
 * after another, so that what happens to a person arrives in order. send.ts and replay.ts are the only I/O. Another
 * platform is another file of words, a kind of event in visit.ts, a request in batches.ts and its credentials.
 *
 * `shop()` is another shop, over days: what happens in it, in no platform's words. `shopRequests()` says it in those of Segment,
 * HubSpot, SendGrid, Google Ads and Meta; `ShopFeed` also goes on live where its history ends. shop/numbers.ts has what it is
 * made of, and the bands that its figures keep to.
 *
 * `demoCustomer(runId)` is one person whose story can be sent and followed step by step.
 */
export { allAccepted, type Expected, type NativeRequest } from './request.js';
export { simulate, type SimulatorOptions } from './simulate.js';
export { replay, describeDifference, type ReplayOptions, type Timing, type Totals } from './replay.js';
export { requestHeaders, type Targets } from './credentials.js';
export { Connections, send, type Answer, type Rejection, type SendOptions } from './send.js';
export { demoCustomer, type DemoCustomer, type DemoStep } from './demo-customer.js';
export { PORTAL_ID } from './hubspot-events.js';
export { shopActivities, type ShopActivity } from './shop/activities.js';
export { activity } from './shop/chance.js';
export { ShopFeed, firstEvents, shopRequests, type FeedOptions, type ShopRequest } from './shop/feed.js';
export type { Happening, Truth } from './shop/happening.js';
export { reportRows, type ReportRows, type SentDay } from './shop/report-rows.js';
export { adRequests, mailRequests, type AdHappening, type MailHappening } from './shop/requests.js';
export { shop, type Live, type ShopOptions } from './shop/shop.js';
