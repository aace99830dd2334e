import { allAccepted, simulate, type Answer, type NativeRequest } from '@tideway/simulator';
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../random.js';
import { distort } from './distort.js';
import { Ledger } from './ledger.js';
import { nativeIds, webEventId } from './native-ids.js';

const SOURCE = 'segment:shop';
const HOUR_MS = 3_600_000;

function webRequest(ids: string[]): NativeRequest {
  const body = { batch: ids.map((messageId) => ({ messageId, type: 'track', timestamp: '2026-11-21T10:00:00.000Z' })), sentAt: '2026-11-21T10:00:01.000Z' };
  return { domain: 'web', method: 'POST', path: '/v1/batch', contentType: 'application/json', lane: 0, events: ids.length, expected: allAccepted(ids.length), body: Buffer.from(JSON.stringify(body)) };
}

function answer(change: Partial<Answer> = {}): Answer {
  return { status: 200, text: '', attempts: 1, possiblyTaken: 0, latencyMs: 1, rejected: [], ...change };
}

interface Body {
  batch: { messageId: string; timestamp: string }[];
  sentAt: string;
}

describe('distort', () => {
  it('changes times only: a sender whose clock is an hour off, or what happened long ago', () => {
    const random = seededRandom(1);
    const seen = { untouched: 0, skewed: 0, late: 0 };
    for (let i = 0; i < 400; i += 1) {
      const request = webRequest(['a', 'b']);
      const distorted = distort(request, random);
      const before = JSON.parse(String(request.body)) as Body;
      const after = JSON.parse(String(distorted.body)) as Body;
      const moved = Date.parse(after.batch[0]!.timestamp) - Date.parse(before.batch[0]!.timestamp);
      const sent = Date.parse(after.sentAt) - Date.parse(before.sentAt);
      expect(Date.parse(after.batch[1]!.timestamp) - Date.parse(before.batch[1]!.timestamp)).toBe(moved);
      if (moved === 0) seen.untouched += 1;
      else if (sent === 0) seen.late += 1;
      else seen.skewed += 1;
      if (sent !== 0) expect([Math.abs(moved), sent]).toEqual([HOUR_MS, moved]);
      else expect(moved).toBeLessThanOrEqual(0);
      expect(nativeIds(distorted, SOURCE)).toEqual(nativeIds(request, SOURCE));
      expect({ ...distorted, body: '' }).toEqual({ ...request, body: '' });
    }
    for (const count of [seen.skewed, seen.late]) expect(count).toBeGreaterThan(10);
    expect(seen.untouched).toBeGreaterThan(200);
  });

  it('leaves lost clocks and the CRM alone', () => {
    const random = seededRandom(2);
    for (const request of simulate({ seed: 3, events: 3_000, now: () => 1_795_000_000_000 })) {
      const distorted = distort(request, random);
      if (request.domain === 'crm') expect(distorted).toBe(request);
      else expect(distorted.events).toBe(request.events);
    }
  });
});

describe('nativeIds', () => {
  // Computed by the services' own sources.
  it('are those of the services', () => {
    expect(webEventId('segment:shop', 'm-1')).toBe('d4d9967c-135f-53cd-872b-3414200cd330');
    const event = { eventId: 7, portalId: 62515, subscriptionType: 'contact.propertyChange', occurredAt: 1_795_000_000_000, objectId: 12, propertyName: 'email' };
    const request: NativeRequest = { ...webRequest([]), domain: 'crm', path: '/webhooks/hubspot', events: 1, body: Buffer.from(JSON.stringify([event])) };
    expect(nativeIds(request, SOURCE)).toEqual(['69259545-9375-5abb-9b69-204de1e6b42d']);
  });

  it('are as many as there are events, and none for imports', () => {
    for (const request of simulate({ seed: 5, events: 2_000 })) {
      const ids = nativeIds(request, SOURCE);
      expect(ids).toHaveLength(request.events);
      expect(ids.every((id) => (id === undefined) === request.path.startsWith('/v1/import'))).toBe(true);
    }
  });
});

describe('Ledger', () => {
  it('keeps what a 2xx promises, in the order of sending, and nothing that was rejected or refused', () => {
    const ledger = new Ledger(SOURCE);
    const [first, second, refused] = [webRequest(['a', 'b', 'c']), webRequest(['d']), webRequest(['e'])];
    for (const request of [first, second, refused]) ledger.taken(request);
    ledger.answered(second, answer(), 2_000);
    ledger.answered(first, answer({ rejected: [{ index: 1, code: 'type', message: '' }] }), 3_000);
    ledger.answered(refused, answer({ status: 401 }), 4_000);
    expect([...ledger.promised]).toEqual([
      [webEventId(SOURCE, 'd'), { order: 3, at: 2_000, domain: 'web' }],
      [webEventId(SOURCE, 'a'), { order: 0, at: 3_000, domain: 'web' }],
      [webEventId(SOURCE, 'c'), { order: 2, at: 3_000, domain: 'web' }],
    ]);
  });

  it('remembers the first of a resend', () => {
    const ledger = new Ledger(SOURCE);
    const [once, again] = [webRequest(['a']), webRequest(['a'])];
    ledger.taken(once);
    ledger.taken(again);
    ledger.answered(once, answer(), 1);
    ledger.answered(again, answer(), 2);
    expect([...ledger.promised.values()]).toEqual([{ order: 0, at: 1, domain: 'web' }]);
  });
});
