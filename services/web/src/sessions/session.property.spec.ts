import { readFileSync } from 'node:fs';
import path from 'node:path';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileValidator, loadProducts, productOf, type Records, type WebSessions } from '@tideway/contracts';
import { PAUSE_MS, hitOf, sessionId, type Hit, type SessionInput } from './session.js';
import { pack, unpack } from './packed.js';
import { GRACE_MS, NEW_VISITOR, isInTime, settle, settlesAt, visited, type Visitor } from './visitor.js';

const KEY = 'anonymous_id:a-1';
const START = 1_795_000_000_000;
const LATE_MS = 24 * 3_600_000;
const products = loadProducts();
const sample = <P extends SessionInput>(id: P) => JSON.parse(readFileSync(path.join(productOf(products, id).samplesDir, 'valid/full.json'), 'utf8')) as Records[P];

// Few minutes, and whole ones, so that pauses of exactly 30 and events of one millisecond come up.
const hit = fc.record({ minute: fc.integer({ min: 0, max: 200 }), path: fc.option(fc.constantFrom('a', 'b', 'c')), user: fc.option(fc.constantFrom('u-1', 'u-2')), converted: fc.boolean() });
const hits = fc.array(hit, { minLength: 1, maxLength: 25 }).map((list) => list.map(({ minute, path, user, converted }, index): Hit => ({
  moment: [START + minute * 60_000, uuidv5(`${index}`, uuidv5.URL)], source: 'segment:shop', converted,
  identifiers: { anonymous_id: 'a-1', ...(user ? { user_id: user } : {}) },
  ...(path ? { view: { url: `https://shop.example/${path}${index}`, landing: { channel: 'direct', device: 'desktop', utm_campaign: `c-${index}` } } } : {}),
})));

/** Everything at once and in order: sorted, and cut at pauses. */
function expected(all: Hit[]): Partial<WebSessions>[] {
  const sorted = [...all].sort((a, b) => a.moment[0] - b.moment[0] || (a.moment[1] < b.moment[1] ? -1 : 1));
  const sessions = sorted.reduce<Hit[][]>((cut, next) => {
    const open = cut.at(-1);
    if (open && next.moment[0] - open.at(-1)!.moment[0] < PAUSE_MS) open.push(next);
    else cut.push([next]);
    return cut;
  }, []);
  return sessions.map((list) => {
    const views = list.filter(({ view }) => view);
    return {
      started_at: list[0]!.moment[0], ended_at: list.at(-1)!.moment[0], events: list.length, page_views: views.length,
      entry_url: views[0]?.view!.url ?? null, exit_url: views.at(-1)?.view!.url ?? null, utm_campaign: views[0]?.view!.landing.utm_campaign ?? null,
      channel: views.length > 0 ? 'direct' : 'unassigned',
      converted: list.some(({ converted }) => converted),
      identifiers: { anonymous_id: 'a-1', ...list.reduce((ids, { identifiers }) => ({ ...ids, ...identifiers }), {}) },
    };
  });
}

/** What stands in the table when hits come in this order, and the state is settled after those whose place is in `pauses`. */
function table(order: Hit[], pauses: Set<number>): Map<string, WebSessions> {
  const rows = new Map<string, WebSessions>();
  let visitor: Visitor = NEW_VISITOR;
  // All sessions are long over, as in a replay: each pause publishes what is known so far.
  const now = START + 201 * 60_000 + PAUSE_MS + GRACE_MS;
  order.forEach((next, index) => {
    visitor = visited(visitor, next);
    if (!pauses.has(index) && index < order.length - 1) return;
    const settled = settle(KEY, unpack(pack(visitor)).visitor, LATE_MS, now);
    for (const id of settled.gone) rows.delete(id);
    for (const record of settled.records) rows.set(record.session_id, record);
    visitor = unpack(pack(settled.visitor!)).visitor;
  });
  return rows;
}

const shuffledTwice = hits.chain((all) => fc.tuple(
  fc.constant(all), fc.shuffledSubarray([...all, ...all.slice(0, 5)], { minLength: all.length + Math.min(5, all.length) }), fc.uniqueArray(fc.nat(30)),
));

describe('sessions', () => {
  it('are the same in every order of arrival, with resends, and whatever was published meanwhile', () => {
    fc.assert(fc.property(shuffledTwice, ([all, order, pauses]) => {
      const rows = [...table(order, new Set(pauses)).values()].sort((a, b) => a.started_at - b.started_at);
      expect(rows).toHaveLength(expected(all).length);
      expect(rows).toMatchObject(expected(all));
      const inOrder = table(all, new Set());
      expect(rows.map(({ session_id }) => session_id).sort()).toEqual([...inOrder.keys()].sort());
    }), { numRuns: 100 });
  });

  it('are records that fit the contract', () => {
    const validate = compileValidator(productOf(products, 'web.sessions').schema);
    fc.assert(fc.property(hits, (all) => {
      for (const record of table(all, new Set()).values()) expect(validate(record)).toBeUndefined();
    }));
  });
});

describe('a visitor', () => {
  const minutes = (number: number) => START + number * 60_000;
  const at = (minute: number): Hit => ({ moment: [minutes(minute), uuidv5(String(minute), uuidv5.URL)], source: 'segment:shop', identifiers: {}, converted: false });
  const visit = (visitor: Visitor, ...places: number[]) => places.reduce((state, minute) => visited(state, at(minute)), visitor);
  const settled = (visitor: Visitor, minute: number) => settle(KEY, visitor, LATE_MS, minutes(minute));

  it('is published when nothing can join any more that is not late, and once', () => {
    const early = settled(visit(NEW_VISITOR, 0, 10), 40);
    expect([early.records, settlesAt(early.visitor!, LATE_MS)]).toEqual([[], minutes(41)]);
    const over = settled(early.visitor!, 41);
    expect(over.records).toMatchObject([{ started_at: minutes(0), ended_at: minutes(10), events: 2 }]);
    expect(settled(over.visitor!, 42)).toMatchObject({ records: [], gone: [] });
    expect(pack(over.visitor!).length).toBeLessThan(pack(early.visitor!).length / 2);
  });

  it('is forgotten when nothing can join any more that comes in time, and not before', () => {
    const { visitor } = settled(visit(NEW_VISITOR, 0), 31);
    expect(settlesAt(visitor!, LATE_MS)).toBe(minutes(31) + LATE_MS);
    expect(settle(KEY, visitor!, LATE_MS, minutes(31) + LATE_MS - 1).visitor).toEqual(visitor);
    expect(settle(KEY, visitor!, LATE_MS, minutes(31) + LATE_MS)).toEqual({ records: [], gone: [], visitor: undefined });
  });

  it('that is read late is published and forgotten at once', () => {
    expect(settle(KEY, visit(NEW_VISITOR, 0, 10), LATE_MS, minutes(100) + LATE_MS)).toMatchObject({ records: [{ events: 2 }], visitor: undefined });
  });

  it('has one session of two when a late event joins them, and the id that is gone is taken back', () => {
    const apart = settled(visit(NEW_VISITOR, 0, 50), 90);
    expect(apart.records).toHaveLength(2);
    const joined = settled(visit(apart.visitor!, 25), 91);
    expect(joined.records).toMatchObject([{ session_id: apart.records[0]!.session_id, started_at: minutes(0), ended_at: minutes(50), events: 3 }]);
    expect(joined.gone).toEqual([apart.records[1]!.session_id]);
    expect(joined.visitor!.published).toEqual([sessionId(KEY, joined.visitor!.open[0]!.session)]);
  });

  it('goes on with a session that was published too early, and corrects it when it is over again', () => {
    const published = settled(visit(NEW_VISITOR, 0), 31);
    const longer = settled(visit(published.visitor!, 29), 32);
    expect([longer.records, longer.gone, settlesAt(longer.visitor!, LATE_MS)]).toEqual([[], [], minutes(60)]);
    expect(settled(longer.visitor!, 60).records).toMatchObject([{ session_id: published.records[0]!.session_id, ended_at: minutes(29) }]);
  });
});

describe('an event', () => {
  it.each([[0, true], [LATE_MS, true], [LATE_MS + 1, false], [-LATE_MS, true], [-LATE_MS - 1, false]])('that came %d ms after it happened is in time: %s', (lateness, expected) => {
    expect(isInTime({ occurred_at: START, received_at: START + lateness }, LATE_MS)).toBe(expected);
  });

  it.each(['web.custom-events', 'web.ecommerce-events', 'web.orders', 'web.page-views'] as const)('of %s is a hit', (id) => {
    const record = sample(id);
    expect(hitOf(id, record)).toMatchObject({ moment: [record.occurred_at, expect.stringMatching(/^[\w-]{11}$/)], source: record.source, identifiers: record.identifiers, converted: id === 'web.orders' });
  });

  it('of a robot is none', () => {
    expect(hitOf('web.page-views', { ...sample('web.page-views'), is_bot: true })).toBeUndefined();
  });

  it('that is an order converts once it is completed', () => {
    expect(hitOf('web.orders', { ...sample('web.orders'), status: 'cancelled' })!.converted).toBe(false);
  });
});
