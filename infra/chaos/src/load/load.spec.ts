import { allAccepted, simulate, type Answer, type NativeRequest } from '@tideway/simulator';
import { describe, expect, it } from '@jest/globals';
import { DOMAINS, webEventId } from '../domains/index.js';
import { seededRandom } from '../random.js';
import { distort } from './distort.js';
import { Ledger } from './ledger.js';
import { mix } from './mix.js';

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
      expect(DOMAINS.web.ids!(distorted)).toEqual(DOMAINS.web.ids!(request));
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

describe('mix', () => {
  it('gives each stream its share of the events, in its own order', () => {
    const stream = (lane: number, events: number) => Array.from({ length: 10_000 }, () => ({ ...webRequest([]), lane, events }));
    const taken = [...mix([{ share: 0.85, requests: stream(0, 40) }, { share: 0.1, requests: stream(1, 7) }, { share: 0.05, requests: stream(2, 1) }])].slice(0, 5_000);
    const total = taken.reduce((sum, { events }) => sum + events, 0);
    const shares = [0, 1, 2].map((lane) => taken.filter((request) => request.lane === lane).reduce((sum, { events }) => sum + events, 0) / total);
    expect(shares.map((share) => share.toFixed(2))).toEqual(['0.85', '0.10', '0.05']);
  });

  it('ends with the first stream that ends', () => {
    expect([...mix([{ share: 0.5, requests: [webRequest(['a']), webRequest(['b'])] }, { share: 0.5, requests: [webRequest(['c'])] }])]).toHaveLength(3);
    expect([...mix([{ share: 1, requests: [] }])]).toEqual([]);
  });
});

describe('Ledger', () => {
  it('keeps what a 2xx promises, in the order of sending, and nothing that was rejected or refused', () => {
    const ledger = new Ledger();
    const [first, second, refused] = [webRequest(['a', 'b', 'c']), webRequest(['d']), webRequest(['e'])];
    for (const request of [first, second, refused]) ledger.taken(request);
    ledger.answered(second, answer(), 2_000);
    ledger.answered(first, answer({ rejected: [{ index: 1, code: 'type', message: '' }] }), 3_000);
    ledger.answered(refused, answer({ status: 401 }), 4_000);
    expect([...ledger.promised]).toEqual([
      [webEventId('d'), { order: 3, at: 2_000, domain: 'web' }],
      [webEventId('a'), { order: 0, at: 3_000, domain: 'web' }],
      [webEventId('c'), { order: 2, at: 3_000, domain: 'web' }],
    ]);
  });

  it('remembers the first of a resend', () => {
    const ledger = new Ledger();
    const [once, again] = [webRequest(['a']), webRequest(['a'])];
    ledger.taken(once);
    ledger.taken(again);
    ledger.answered(once, answer(), 1);
    ledger.answered(again, answer(), 2);
    expect([...ledger.promised.values()]).toEqual([{ order: 0, at: 1, domain: 'web' }]);
  });

  it('keeps the last extraction of a row, in whatever order the answers come, and nothing of one that was rejected', () => {
    const ledger = new Ledger();
    const report = (extractedAt: number, clicks: string) => adRequest(extractedAt, clicks);
    ledger.answered(report(2_000, '9'), answer(), 1);
    ledger.answered(report(1_000, '5'), answer(), 2);
    ledger.answered(report(2_000, '9'), answer(), 3);
    ledger.answered(report(3_000, '7'), answer({ rejected: [{ index: 0, code: 'type', message: '' }] }), 4);
    expect([...ledger.reported.values()]).toEqual([{ key: 'meta 1 2026-11-20 2 3 4 ', values: '100 9 1250000 2', extractedAt: 2_000, at: 1 }]);
    expect(ledger.promised.size).toBe(0);
  });
});

function adRequest(extractedAt: number, clicks: string): NativeRequest {
  const row = { account_id: '1', campaign_id: '2', adset_id: '3', ad_id: '4', date_start: '2026-11-20', impressions: '100', clicks, spend: '1.25', actions: [{ value: '2' }] };
  const path = `/v1/reports/meta?extracted_at=${new Date(extractedAt).toISOString()}`;
  return { ...webRequest([]), domain: 'paid-media', path, events: 1, body: Buffer.from(JSON.stringify({ data: [row] })) };
}
