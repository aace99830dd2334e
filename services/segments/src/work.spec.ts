import { describe, expect, it } from '@jest/globals';
import type { Activity } from './evaluate/index.js';
import { triggerOf, type Work } from './work.js';

const NOW = 2_000;
const PURPOSES = new Map([['buyers', ['marketing']], ['readers', ['analytics']]]);
const activity = (type: string, properties: Record<string, string> = {}) => ({ type, properties, occurred_at: 1_000, origin: 'topic:0:7' }) as unknown as Activity;
const work = (change: Partial<Work>): Work => ({ activities: [], splits: [], handovers: [], ...change });
const reasonOf = (change: Partial<Work>, segment: string) => triggerOf(work(change), NOW, (name) => PURPOSES.get(name)).reason(segment);
const timer = { at: 1_500, profileId: 'p' };
const handover = { aliases: [], causedAt: 900, origin: 'topic:0:6' };

describe('why a membership changes', () => {
  it('is what the profile did, or, for segments of its purpose, the consent among it', () => {
    expect(reasonOf({ activities: [activity('order_completed')] }, 'buyers')).toBe('activity');
    const decided = [activity('consent_withdrawn', { purpose: 'marketing' }), activity('page_viewed')];
    expect([reasonOf({ activities: decided }, 'buyers'), reasonOf({ activities: decided }, 'readers')]).toEqual(['consent', 'activity']);
  });

  it('is a split where identifiers left, or came, whatever else there was', () => {
    const decided = [activity('consent_withdrawn', { purpose: 'marketing' }), activity('profile_split')];
    expect(reasonOf({ activities: decided, splits: decided.slice(1) }, 'buyers')).toBe('split');
    expect([reasonOf({ handovers: [{ ...handover, reason: 'split' }] }, 'buyers'), reasonOf({ activities: [activity('page_viewed')], handovers: [{ ...handover, reason: 'split' }] }, 'buyers')]).toEqual(['split', 'split']);
  });

  it('is a merge where another profile was handed over', () => {
    expect([reasonOf({ handovers: [handover] }, 'buyers'), reasonOf({ handovers: [handover], activities: [activity('page_viewed')] }, 'buyers')]).toEqual(['merge', 'merge']);
  });

  it('is time or the definition where the profile did nothing', () => {
    expect([reasonOf({ timer }, 'buyers'), reasonOf({ timer, adopts: 'definition' }, 'buyers'), reasonOf({ adopts: 'time' }, 'buyers')]).toEqual(['time', 'definition', 'time']);
  });

  it('is the definition where the segment was removed, though the profile acts in the same turn', () => {
    const removed = (change: Partial<Work>) => reasonOf(change, 'removed');
    expect([removed({ activities: [activity('page_viewed')] }), removed({ handovers: [handover] }), removed({ timer }), removed({ activities: [activity('consent_withdrawn', { purpose: 'marketing' })] })]).toEqual(Array(4).fill('definition'));
  });

  it('has the time and the origin of its cause', () => {
    expect(triggerOf(work({ activities: [activity('page_viewed')], timer }), NOW, () => [])).toMatchObject({ causedAt: 1_000, origin: 'topic:0:7' });
    expect(triggerOf(work({ timer }), NOW, () => [])).toMatchObject({ causedAt: 1_500, origin: null });
    expect(triggerOf(work({ timer, adopts: 'definition' }), NOW, () => [])).toMatchObject({ causedAt: NOW, origin: null });
  });
});
