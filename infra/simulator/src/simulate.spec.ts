// The stream of requests: deterministic, complete in its counts, in order per person, and with people for every segment.
import { describe, expect, it } from '@jest/globals';
import type { NativeRequest } from './request.js';
import { simulate } from './simulate.js';
import { readEvents, type ReceivedEvent } from './test-service.js';

const EVENTS = 20_000;

/** A clock that moves on by 40 ms with each request, as at 1,000 events a second or so. */
function clock(): () => number {
  let time = Date.UTC(2026, 10, 21, 9);
  return () => (time += 40);
}

const run = (seed: number, events: number, now = clock()) => [...simulate({ seed, events, now })];
const read = (request: NativeRequest) => readEvents(request.path, request.body.toString());
const all = run(1, EVENTS);
const calls = all.flatMap(read).filter(({ body }) => 'messageId' in body);

describe('simulate', () => {
  it('gives the same requests for the same seed, and others for another', () => {
    const texts = (seed: number) => run(seed, 5000).map((request) => JSON.stringify({ ...request, body: request.body.toString() }));
    expect(texts(1)).toEqual(texts(1));
    expect(texts(2)[1]).not.toBe(texts(1)[1]);
  });

  it('keeps everything but the times when the clock is another', () => {
    const withoutTimes = (requests: NativeRequest[]) => requests.flatMap(read).map(({ body }) => ({ ...body, timestamp: 0, originalTimestamp: 0, occurredAt: 0, updated_at: 0, decided_at: 0 }));
    expect(withoutTimes(run(1, 2000, () => 1_800_000_000_000))).toEqual(withoutTimes(run(1, 2000)));
  });

  it.each([0, 1, 7, 499, 500, 3000])('adds up to exactly %d events', (events) => {
    expect(run(5, events).reduce((sum, request) => sum + request.events, 0)).toBe(events);
  });

  it('expects of each request what becomes of its events', () => {
    for (const request of all) {
      const outcomes = read(request).map(({ outcome }) => outcome);
      const { accepted, quarantined, rejected } = request.expected;
      expect(request.events).toBe(outcomes.length);
      expect({ accepted, quarantined, rejected }).toEqual({
        accepted: outcomes.filter((outcome) => outcome === 'accepted').length,
        quarantined: outcomes.filter((outcome) => outcome === 'quarantined').length,
        rejected: outcomes.filter((outcome) => outcome === 'rejected').length,
      });
    }
  });

  it('counts as resends the accepted events whose ids an earlier request had', () => {
    const seen = new Set<string>();
    let resends = 0;
    for (const request of all) {
      const accepted = read(request).filter(({ outcome }) => outcome === 'accepted');
      const repeated = accepted.filter(({ key }) => seen.has(key)).length;
      expect(request.expected.resends).toBe(repeated);
      resends += repeated;
      for (const { key } of accepted) seen.add(key);
    }
    expect(seen.size).toBe(all.reduce((sum, { expected }) => sum + expected.accepted - expected.resends, 0));
    expect(resends / EVENTS).toBeGreaterThan(0.02);
    expect(resends / EVENTS).toBeLessThan(0.1);
  });

  it('resends calls, whole batches and webhook deliveries with the same content', () => {
    const first = new Map<string, string>();
    let [batches, deliveries] = [0, 0];
    for (const request of all) {
      const events = read(request);
      if (events.every(({ key }) => first.has(key))) {
        if (request.domain === 'web') batches++;
        else deliveries++;
      }
      for (const { key, body } of events) {
        const content = JSON.stringify({ ...body, attemptNumber: undefined });
        expect(first.get(key) ?? content).toBe(content);
        first.set(key, content);
      }
    }
    expect(batches).toBeGreaterThan(2);
    expect(deliveries).toBeGreaterThan(1);
  });

  it('has every known kind of bad payload', () => {
    const kinds = new Set(calls.filter(({ outcome }) => outcome !== 'accepted').map(({ body, who }) => {
      if (who === undefined) return 'nobody';
      if (body['type'] !== 'page') return (body['event'] as string | undefined) ?? 'unknown type';
      return (body['timestamp'] as string).slice(0, 4);
    }));
    expect([...kinds].sort()).toEqual(['1904', 'Order Completed', 'Product Added', 'nobody', 'unknown type']);
  });

  it('stays within the limits of the platforms', () => {
    for (const request of all.filter(({ path }) => path === '/v1/batch')) {
      expect(request.body.length).toBeLessThan(500_000);
      for (const { body } of read(request)) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(32_000);
    }
    for (const request of all.filter(({ path }) => path === '/webhooks/hubspot')) expect(request.events).toBeLessThanOrEqual(100);
    expect(all.length).toBeLessThan(EVENTS / 20);
  });

  it('keeps what is about a person in one lane and in order', () => {
    const lanes = new Map<string, number>();
    const latest = new Map<string, string>();
    const seen = new Set<string>();
    for (const request of all) {
      for (const { key, who, body, outcome } of read(request)) {
        if (who === undefined) continue;
        expect(lanes.get(who) ?? request.lane).toBe(request.lane);
        lanes.set(who, request.lane);
        const time = body['timestamp'] as string | undefined;
        if (seen.has(key) || time === undefined || outcome === 'quarantined') continue;
        seen.add(key);
        expect(time >= (latest.get(who) ?? '')).toBe(true);
        latest.set(who, time);
      }
    }
    expect(new Set(lanes.values()).size).toBe(16);
  });

  it('dates events at the time of sending, never after it', () => {
    for (const request of all.filter(({ path }) => path === '/v1/batch')) {
      const sentAt = Date.parse((JSON.parse(request.body.toString()) as { sentAt: string }).sentAt);
      for (const { body, outcome } of read(request)) {
        const age = sentAt - Date.parse(body['timestamp'] as string);
        expect(age).toBeGreaterThanOrEqual(0);
        if (request.expected.resends === 0 && outcome === 'accepted') expect(age).toBeLessThan(100);
      }
    }
  });

  it('shares no id between seeds', () => {
    const ids = (requests: NativeRequest[]) => new Set(requests.flatMap(read).flatMap(({ key, who }) => [key, who ?? key]));
    const others = ids(run(2, 5000));
    expect([...ids(all)].filter((id) => others.has(id))).toEqual([]);
  });

  it.each([[{ seed: -1, events: 1 }], [{ seed: 1.5, events: 1 }], [{ seed: 1, events: -1 }], [{ seed: 1, events: 1, people: 0 }]])('refuses %j', (options) => {
    expect(() => [...simulate(options)]).toThrow(RangeError);
  });
});

describe('the people of a simulation', () => {
  const accepted = calls.filter(({ outcome }) => outcome === 'accepted');
  const owners = new Map<string, string>();
  for (const { body } of accepted) if (body['userId']) owners.set(body['anonymousId'] as string, body['userId'] as string);
  const byPerson = new Map<string, ReceivedEvent[]>();
  const distinct = new Map(accepted.map((event) => [event.key, event]));
  for (const event of distinct.values()) {
    const person = owners.get(event.who!) ?? event.who!;
    byPerson.set(person, [...(byPerson.get(person) ?? []), event]);
  }
  const people = [...byPerson.values()];
  const having = (test: (events: ReceivedEvent[]) => boolean) => people.filter(test).length / people.length;
  const named = (events: ReceivedEvent[], name: string) => events.filter(({ body }) => body['event'] === name);
  const decisions = (events: ReceivedEvent[]) => events.flatMap(({ body }) => ((body['context'] as any).consent ? [(body['context'] as any).consent.categoryPreferences as Record<string, boolean>] : []));

  it('look at several products, leave carts, buy again, and spend much', () => {
    expect(having((events) => named(events, 'Product Viewed').length >= 3)).toBeGreaterThan(0.3);
    expect(having((events) => named(events, 'Product Added').length > 0 && named(events, 'Order Completed').length === 0)).toBeGreaterThan(0.1);
    expect(having((events) => named(events, 'Order Completed').length >= 2)).toBeGreaterThan(0.05);
    const spent = (events: ReceivedEvent[]) => named(events, 'Order Completed').reduce((sum, { body }) => sum + (body['properties'].total as number), 0);
    expect(having((events) => spent(events) > 1000)).toBeGreaterThan(0.03);
    expect(having((events) => named(events, 'Order Refunded').length > 0)).toBeGreaterThan(0.01);
  });

  it('mostly grant every purpose, and some withdraw', () => {
    const asked = people.filter((events) => decisions(events).length > 0);
    const granting = asked.filter((events) => Object.values(decisions(events)[0]!).every(Boolean));
    const withdrawing = granting.filter((events) => decisions(events).some((decision) => !decision['Marketing']));
    expect(granting.length / asked.length).toBeGreaterThan(0.75);
    expect(granting.length / asked.length).toBeLessThan(0.95);
    expect(withdrawing.length).toBeGreaterThan(5);
  });

  it('sign in on a second device, which was anonymous before', () => {
    const devices = new Map<string, Set<string>>();
    for (const [device, userId] of owners) devices.set(userId, (devices.get(userId) ?? new Set()).add(device));
    const merged = [...devices.values()].filter((own) => own.size === 2);
    expect(merged.length).toBeGreaterThan(50);
    const second = [...merged[0]!][1]!;
    expect(accepted.find(({ who }) => who === second)!.body['userId']).toBeUndefined();
  });

  it('are leads and opportunities of the CRM under the same e-mail address, with deals', () => {
    const emails = new Set(calls.flatMap(({ body }) => (body['type'] === 'identify' ? [body['traits'].email as string] : [])));
    const hubspot = all.filter(({ path }) => path === '/webhooks/hubspot').flatMap(read).map(({ body }) => body);
    const values = (property: string) => hubspot.filter((event) => event['propertyName'] === property).map((event) => event['propertyValue'] as string);
    expect(values('email').length).toBeGreaterThan(100);
    for (const email of values('email')) expect(emails).toContain(email);
    expect(new Set(values('lifecyclestage'))).toEqual(new Set(['lead', 'opportunity', 'customer']));
    expect(values('lifecyclestage').filter((stage) => stage === 'opportunity').length).toBeGreaterThan(20);
    const deals = new Set(hubspot.filter((event) => event['subscriptionType'] === 'deal.creation').map((event) => event['objectId'] as number));
    for (const link of hubspot.filter((event) => event['associationType'] === 'DEAL_TO_CONTACT')) expect(deals).toContain(link['fromObjectId']);
  });

  it('include bots, apps, and visits from ads with click ids', () => {
    expect(having((events) => /bot/i.test(events[0]!.body['context'].userAgent as string))).toBeGreaterThan(0.02);
    expect(accepted.some(({ body }) => body['type'] === 'screen')).toBe(true);
    const addresses = accepted.filter(({ body }) => body['type'] === 'page').map(({ body }) => body['properties'].url as string);
    for (const id of ['gclid', 'msclkid', 'fbclid']) expect(addresses.some((url) => new URL(url).searchParams.has(id))).toBe(true);
  });
});
