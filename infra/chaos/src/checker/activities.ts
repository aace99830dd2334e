// Whether every event became one activity: on the topic, in the warehouse, and in what segments are computed from. Pure.
import type { Promised } from '../load/ledger.js';
import type { Scan } from './scan.js';
import { verdict, type Verdict } from './verdict.js';

/** Consents that say nothing new make no activity. */
const QUIET_TOPICS = /\.consents\./;

/**
 * An event's activity has the event's id, so that each id is looked for.
 * @param mapped topics of the products whose contracts map them to activities
 */
export function checkActivities(scan: Scan, promised: ReadonlyMap<string, Promised>, mapped: { has(topic: string): boolean }): Verdict {
  const wanted = new Set([...scan.events].filter(([topic]) => mapped.has(topic) && !QUIET_TOPICS.test(topic)).flatMap(([, events]) => events.map(({ id }) => id)));
  const missing = [...wanted].filter((id) => !scan.activityIds.has(id));
  const twice = [...scan.activityIds].filter(([, n]) => n > 1);
  const at = (id: string) => promised.get(id)?.at ?? NaN;
  const problems = [
    ...(missing.length > 0 ? [`${missing.length} events have no activity (${missing.slice(0, 3).join(', ')})`] : []),
    ...(twice.length > 0 ? [`${twice.length} activities are there twice (${twice.slice(0, 3).map(([id]) => id).join(', ')})`] : []),
  ];
  return verdict('one activity an event', problems.length === 0, problems.join('; ') || `${wanted.size} events, an activity each`, { lost: missing.map(at), doubled: twice.map(([id]) => at(id)) });
}
