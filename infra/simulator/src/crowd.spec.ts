// Who comes and what is looked at follow Zipf's law, in what is sent; and nobody carries more with every visit.
import { describe, expect, it } from '@jest/globals';
import { createCatalogue } from './catalogue.js';
import { Crowd } from './crowd.js';
import { Random } from './random.js';
import { simulate, type SimulatorOptions } from './simulate.js';
import { readEvents } from './test-service.js';
import { planVisit } from './visit.js';

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);
const calls = (options: SimulatorOptions) => [...simulate(options)].filter(({ path }) => path === '/v1/batch').flatMap(({ body }) => readEvents('/v1/batch', body.toString()));

/** Pearson's test of counts against what they are expected to be in proportion to. */
function chiSquared(counts: number[], weights: number[]): number {
  const [drawn, total] = [counts, weights].map((values) => values.reduce((sum, value) => sum + value, 0)) as [number, number];
  return counts.reduce((sum, count, place) => {
    const expected = (drawn * weights[place]!) / total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

describe('Crowd', () => {
  it('lets everybody come once, in order, before anybody is drawn', () => {
    const crowd = new Crowd({ seed: 1, indexes: [3, 8, 13], exponent: 1, everybodyFirst: true });
    const random = new Random(1, 1);
    expect([1, 2, 3].map(() => crowd.next(random).index)).toEqual([3, 8, 13]);
    expect([3, 8, 13]).toContain(crowd.next(random).index);
  });

  it('is the same person who comes again', () => {
    const crowd = new Crowd({ seed: 1, indexes: [4], exponent: 1, everybodyFirst: false });
    expect(crowd.next(new Random(1, 1))).toBe(crowd.at(0));
  });

  it('weighs by rank, so that crowds can be drawn by weight', () => {
    const whole = new Crowd({ seed: 1, indexes: indexes(10), exponent: 0.8, everybodyFirst: false });
    const halves = [indexes(10).filter((index) => index % 2 === 0), indexes(10).filter((index) => index % 2 === 1)].map((own) => new Crowd({ seed: 1, indexes: own, exponent: 0.8, everybodyFirst: false }));
    expect(halves[0]!.weight + halves[1]!.weight).toBeCloseTo(whole.weight, 10);
  });
});

describe('simulate', () => {
  it.each([0.8, 0])('brings people back by Zipf\'s law with exponent %d', (peopleExponent) => {
    const people = 64;
    const sessions = new Map<number, Set<string>>();
    const crowd = new Crowd({ seed: 5, indexes: indexes(people), exponent: 1, everybodyFirst: false });
    const ranks = new Map(indexes(people).flatMap((index) => crowd.at(index).devices.map(({ anonymousId }) => [anonymousId, index] as const)));
    for (const { body, outcome } of calls({ seed: 5, events: 40_000, people, peopleExponent, lanes: 1, everybodyFirst: false })) {
      const rank = ranks.get(body['anonymousId'] as string);
      // Bad payloads have a session of their own.
      if (rank !== undefined && outcome === 'accepted') sessions.set(rank, (sessions.get(rank) ?? new Set()).add(body['context'].sessionId as string));
    }
    const visits = [...sessions.values()].reduce((sum, { size }) => sum + size, 0);
    expect(visits).toBeGreaterThan(3_000);
    // Above 116 once in 10,000 times for 63 degrees of freedom.
    expect(chiSquared(indexes(people).map((index) => sessions.get(index)?.size ?? 0), indexes(people).map((index) => (index + 1) ** -peopleExponent))).toBeLessThan(116);
  });

  it('has nearly everybody come once, over many lanes, by 15 events for each', () => {
    const people = 2_000;
    const crowd = new Crowd({ seed: 5, indexes: indexes(people), exponent: 1, everybodyFirst: false });
    const firstDevices = new Set(indexes(people).map((index) => crowd.at(index).devices[0]!.anonymousId));
    for (const { body } of calls({ seed: 5, events: 15 * people, people, lanes: 256 })) firstDevices.delete(body['anonymousId'] as string);
    // Who is the last of a small lane may be in the shop, and not heard of yet.
    expect(firstDevices.size).toBeLessThan(people / 200);
  });

  it('lets every lane have its people\'s share of the requests', () => {
    const [people, lanes] = [64, 16];
    const requests = [...simulate({ seed: 5, events: 60_000, people, lanes, everybodyFirst: false })];
    const counts = indexes(lanes).map((lane) => requests.filter((request) => request.lane === lane).length);
    const weights = indexes(lanes).map((lane) => indexes(people).filter((index) => index % lanes === lane).reduce((sum, index) => sum + (index + 1) ** -0.8, 0));
    // Above 44.3 once in 10,000 times for 15 degrees of freedom.
    expect(chiSquared(counts, weights)).toBeLessThan(44.3);
  });

  it('shows the first products most, and the ninth a ninth as often', () => {
    const views = new Map<string, number>();
    for (const { body } of calls({ seed: 5, events: 40_000 })) if (body['event'] === 'Product Viewed') views.set(body['properties'].product_id as string, (views.get(body['properties'].product_id as string) ?? 0) + 1);
    const goods = createCatalogue(1_000, 1).goods.products;
    // Bots look at all there is: they move this a little.
    const ratio = views.get(goods[0]!.id)! / views.get(goods[8]!.id)!;
    expect(ratio).toBeGreaterThan(7);
    expect(ratio).toBeLessThan(12);
    expect(views.size).toBeGreaterThan(400);
  });

  it.each([[{ peopleExponent: -1 }], [{ peopleExponent: 2.1 }], [{ productExponent: NaN }], [{ products: 16 }], [{ lanes: 0 }]])('refuses %j', (options) => {
    expect(() => [...simulate({ seed: 1, events: 1, ...options })]).toThrow(RangeError);
  });
});

describe('planVisit', () => {
  it.each(['window', 'regular', 'trade', 'bot'] as const)('lets nothing grow with the visits of a %s', (kind) => {
    const crowd = new Crowd({ seed: 2, indexes: indexes(200), exponent: 0, everybodyFirst: false });
    const person = indexes(200).map((index) => crowd.at(index)).find((one) => one.kind === kind)!;
    const catalogue = createCatalogue(1_000, 1);
    const granting = new Set<boolean>();
    for (let visit = 0; visit < 2_000; visit++) {
      const events = planVisit(person, catalogue);
      expect(JSON.stringify(events).length).toBeLessThan(100_000);
      expect(person.cart.length).toBeLessThan(12);
      expect(person.orders.length).toBeLessThanOrEqual(5);
      if (visit > 1_000) granting.add(person.consent.Analytics);
    }
    // Whoever withdraws comes back to it: a run that goes on for long does not end with nobody's consent.
    expect(granting.has(true)).toBe(true);
  });
});
