// A stream of requests arrives whole, in order per person, and its answers are counted and compared.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { replay, type Timing } from './replay.js';
import type { NativeRequest } from './request.js';
import { simulate } from './simulate.js';
import { readEvents, startTestService, type TestService } from './test-service.js';

let service: TestService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

const sum = (requests: NativeRequest[], count: 'accepted' | 'quarantined' | 'rejected' | 'resends') => requests.reduce((total, { expected }) => total + expected[count], 0);

describe('replay', () => {
  it('has every request answered by a service that is away at times, in order per person', async () => {
    service = await startTestService((index) => (index % 7 === 3 ? 'away' : index % 11 === 5 ? 'silent' : undefined));
    const requests = [...simulate({ seed: 3, events: 8000 })];
    const answered: NativeRequest[] = [];
    const totals = await replay(requests, service.targets, { concurrency: 6, onAnswer: (request) => answered.push(request) });
    expect(totals.differences).toEqual([]);
    expect(new Set(answered).size).toBe(requests.length);
    expect(totals).toMatchObject({
      sent: 8000, unknown: 0, requests: requests.length,
      accepted: sum(requests, 'accepted'), quarantined: sum(requests, 'quarantined'), rejected: sum(requests, 'rejected'), resends: sum(requests, 'resends'),
    });
    expect(totals.perDomain['web']! + totals.perDomain['crm']!).toBe(8000);
    expect(totals.retries).toBeGreaterThan(requests.length / 7);

    const taken = service.taken.flatMap(({ body, path }) => readEvents(path, body));
    const accepted = taken.filter(({ outcome }) => outcome === 'accepted');
    expect(new Set(accepted.map(({ key }) => key)).size).toBe(totals.accepted - totals.resends);
    expect(accepted.length).toBeGreaterThan(totals.accepted);
    expect(accepted.length).toBeLessThanOrEqual(totals.accepted + totals.possibleResends);
    expect(firstArrivals(taken)).toEqual(firstArrivals(requests.flatMap(({ body, path }) => readEvents(path, body.toString()))));
  });

  it('sends at the pace it is told, however slow the answers', async () => {
    service = await startTestService(undefined, 300);
    const startedAt = performance.now();
    let lastTakenAt = 0;
    const requests = function* () {
      for (const request of simulate({ seed: 3, events: 1000 })) {
        lastTakenAt = performance.now() - startedAt;
        yield request;
      }
    };
    const totals = await replay(requests(), service.targets, { eventsPerSecond: 2000, concurrency: 2 });
    const tookMs = performance.now() - startedAt;
    // The last request of at most 100 events is due at 450 ms at the earliest; the answers need far longer.
    expect(lastTakenAt).toBeGreaterThan(440);
    expect(lastTakenAt).toBeLessThan(tookMs / 2);
    expect(totals).toMatchObject({ sent: 1000, unknown: 0, retries: 0, differences: [] });
  });

  it('sends each request when it is due, and stops waiting when it is told to', async () => {
    service = await startTestService();
    const startedAt = performance.now();
    const dueAt = new Map([...simulate({ seed: 3, events: 300 })].map((request, index) => [request, startedAt + 100 + index * 60]));
    const stop = new AbortController();
    const late: number[] = [];
    const endless = function* () {
      yield* dueAt.keys();
      // In an hour.
      yield { ...[...dueAt.keys()][0]!, body: Buffer.from('{}') };
    };
    const onAnswer = (request: NativeRequest, _answer: unknown, { sentAt }: Timing) => {
      if (late.push(sentAt - dueAt.get(request)!) === dueAt.size) stop.abort();
    };
    const totals = await replay(endless(), service.targets, { dueAt: (request) => dueAt.get(request) ?? startedAt + 3_600_000, signal: stop.signal, onAnswer });
    expect(totals).toMatchObject({ sent: 300, unknown: 0, differences: [] });
    expect(late.length).toBe(dueAt.size);
    // Timers of Node fire up to a millisecond early.
    expect(Math.min(...late)).toBeGreaterThan(-2);
    expect(performance.now() - startedAt).toBeLessThan(60_000);
  });

  it('keeps nobody waiting for the answers of others, and counts from the time at which a request was due', async () => {
    const slowMs = 1_500;
    const server = createServer((incoming, outgoing) => {
      const slow = incoming.url!.includes('slow');
      incoming.resume().on('end', () => setTimeout(() => outgoing.end('{"accepted":1,"quarantined":0,"rejected":[]}'), slow ? slowMs : 0));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const targets = { webUrl: url, crmUrl: url, webWriteKey: 'k', hubspotSecret: 's', hubspotWebhookUrl: url, crmImportKey: 'i' };
    const request = (lane: number): NativeRequest => ({
      domain: 'web', method: 'POST', path: lane === 0 ? '/slow' : '/fast', body: Buffer.from('{}'), contentType: 'application/json', events: 1,
      expected: { accepted: 1, quarantined: 0, rejected: 0, resends: 0 }, lane,
    });
    const timings: (Timing & { lane: number })[] = [];
    // Lanes 0 and 8 would share a place of eight.
    const totals = await replay([0, 0, 8, 1, 8, 1].map(request), targets, { eventsPerSecond: 50, onAnswer: ({ lane }, _answer, timing) => timings.push({ ...timing, lane }) });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(totals.differences).toEqual([]);
    const ofLane = (wanted: number) => timings.filter(({ lane }) => lane === wanted);
    const begin = ofLane(0)[0]!.dueAt;
    expect(timings.map(({ dueAt }) => Math.round(dueAt - begin)).sort((a, b) => a - b)).toEqual([0, 20, 40, 60, 80, 100]);
    for (const { answeredAt } of [...ofLane(1), ...ofLane(8)]) expect(answeredAt - begin).toBeLessThan(slowMs);
    const second = ofLane(0)[1]!;
    expect(second.freeAt).toBe(ofLane(0)[0]!.answeredAt);
    expect(second.answeredAt - second.dueAt).toBeGreaterThan(2 * slowMs - 30);
    expect(second.answeredAt - second.sentAt).toBeLessThan(second.answeredAt - second.dueAt - 500);
  });

  it('asks for the pace after each request, where that may change', async () => {
    service = await startTestService();
    const due: number[] = [];
    const paces = [100, 10, 1_000, 1_000];
    const one: NativeRequest = { ...[...simulate({ seed: 3, events: 50 })][0]!, events: 1 };
    // The first is asked for to be checked.
    await replay([one, one, one], service.targets, { eventsPerSecond: () => paces.shift()!, onAnswer: (_request, _answer, { dueAt }) => void due.push(dueAt) });
    expect(due.map((at) => Math.round(at - due[0]!))).toEqual([0, 100, 101]);
  });

  it('takes requests no faster than they are answered when it has no pace', async () => {
    service = await startTestService(undefined, 20);
    let [taken, answered, most] = [0, 0, 0];
    const requests = function* () {
      for (const request of simulate({ seed: 3, events: 4000 })) {
        most = Math.max(most, ++taken - answered);
        yield request;
      }
    };
    await replay(requests(), service.targets, { concurrency: 2, onAnswer: () => void answered++ });
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(9);
  });

  it('ends when it is aborted, and counts as unknown what was sent and not answered', async () => {
    service = await startTestService((index) => (index >= 10 ? 'away' : undefined));
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const totals = await replay(simulate({ seed: 3, events: 5000 }), service.targets, { concurrency: 4, signal: abort.signal });
    expect(totals.unknown).toBeGreaterThan(0);
    expect(totals.sent).toBe(totals.accepted + totals.quarantined + totals.rejected + totals.unknown);
    expect(totals.sent).toBeLessThan(5000);
  });

  it('says of every unexpected answer what was expected and what came', async () => {
    const server = createServer((incoming, outgoing) => {
      incoming.resume().on('end', () => {
        if (incoming.url === '/v1/batch') outgoing.end('{"accepted":1,"quarantined":0,"rejected":[{"index":4,"code":"type","field":"x","message":"x is no number"}]}');
        else outgoing.writeHead(401).end('wrong signature');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const targets = { webUrl: url, crmUrl: url, webWriteKey: 'k', hubspotSecret: 's', hubspotWebhookUrl: url, crmImportKey: 'i' };
    const requests = [...simulate({ seed: 3, events: 600 })];
    const { differences } = await replay(requests, targets);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(differences.length).toBe(requests.length);
    const ofWeb = differences.find((text) => text.includes('/v1/batch'))!;
    expect(ofWeb).toMatch(/^request \d+: web \/v1\/batch with \d+ events: expected \d+ accepted, .* but answered 1, 0, 1; the first rejection: .*"x is no number"/);
    expect(differences.find((text) => text.includes('/v1/import'))).toContain('status 401: wrong signature');
  });

  it.each([{ eventsPerSecond: 0 }, { eventsPerSecond: NaN }, { concurrency: 0 }, { concurrency: 1.5 }])('refuses %j', async (options) => {
    await expect(replay([], {} as never, options)).rejects.toThrow(RangeError);
  });
});

/** Per person, the ids of events in the order in which they first arrive. */
function firstArrivals(events: ReturnType<typeof readEvents>): Map<string, string[]> {
  const seen = new Set<string>();
  const orders = new Map<string, string[]>();
  for (const { key, who = 'nobody' } of events) {
    if (seen.has(key) || who === 'nobody') continue;
    seen.add(key);
    orders.set(who, [...(orders.get(who) ?? []), key]);
  }
  return new Map([...orders].sort(([a], [b]) => (a < b ? -1 : 1)));
}
