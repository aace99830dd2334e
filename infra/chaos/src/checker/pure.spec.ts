import { describe, expect, it } from '@jest/globals';
import { checkActivities } from './activities.js';
import { checkActivityOrder, checkTopicOrder } from './order.js';
import type { Scan, ScannedEvent } from './scan.js';

const TOPIC = 'web.orders.v1';
const event = (id: string, offset: number, key = 'k'): ScannedEvent => ({ id, key, partition: 0, offset });
const promised = new Map(['a', 'b', 'c'].map((id, order) => [id, { order, at: 1_000 + order, domain: 'web' }]));

function scan(change: Partial<Scan>): Scan {
  return { sums: new Map(), events: new Map(), activityOrigins: new Map(), activityIds: new Map(), ...change };
}

describe('checkTopicOrder', () => {
  const check = (events: ScannedEvent[]) => checkTopicOrder(scan({ events: new Map([[TOPIC, events]]) }), promised);

  it('holds where each key has the order of sending, whatever is sent again later', () => {
    expect(check([event('a', 0), event('b', 1), event('a', 2), event('c', 3)])).toMatchObject({ ok: true });
    expect(check([event('b', 0, 'x'), event('a', 1, 'y')])).toMatchObject({ ok: true });
  });

  it('fails where an event comes before an earlier one of its key', () => {
    expect(check([event('b', 0), event('a', 1)])).toMatchObject({ ok: false, detail: '1 events come before earlier ones of their key (a of key k)' });
  });
});

describe('checkActivityOrder', () => {
  it('holds per profile and input partition', () => {
    expect(checkActivityOrder(scan({ activityOrigins: new Map([['p', ['t:0:5', 't:1:2', 't:0:6', 't:0:6']], ['q', ['t:0:1']]]) }))).toMatchObject({ ok: true });
  });

  it('fails where a later input comes first', () => {
    expect(checkActivityOrder(scan({ activityOrigins: new Map([['p', ['t:0:5', 't:0:4']]]) }))).toMatchObject({ ok: false });
  });
});

describe('checkActivities', () => {
  const check = (activityIds: [string, number][]) => checkActivities(scan({ events: new Map([[TOPIC, [event('a', 0), event('b', 1), event('a', 2)]], ['web.consents.v1', [event('x', 0)]], ['crm.company-changes.v1', [event('y', 0)]]]), activityIds: new Map(activityIds) }), promised, new Set([TOPIC, 'web.consents.v1']));

  it('holds where each event has one activity; consents may have none, and products that no contract maps have none', () => {
    expect(check([['a', 1], ['b', 1], ['of-the-service-itself', 1]])).toMatchObject({ ok: true, lost: [], doubled: [] });
  });

  it('fails where one is missing or there twice, and says when it was promised', () => {
    expect(check([['a', 2]])).toMatchObject({ ok: false, lost: [1_001], doubled: [1_000] });
  });
});
