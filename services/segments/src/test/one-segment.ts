// One segment from the text of its `when`, and a person whose activities it looks at: for specs of condition operators.
import { loadCatalog } from '../definitions/catalog.js';
import type { Activity } from '../definitions/fields.js';
import { parseDefinitions } from '../definitions/load.js';
import { createEvaluator, type Evaluator } from '../evaluate/evaluator.js';
import type { ProfileState } from '../evaluate/subject.js';

export const PERSON = '00000000-0000-4000-8000-000000000001';
export const NOON = Date.parse('2026-01-15T12:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const catalog = loadCatalog();

/** A segment's file, of purpose marketing unless `more` says another; `when` is in YAML's flow style. */
export function segmentText(name: string, when: string, more = 'purpose: marketing'): { file: string; text: string } {
  return { file: `schemas/segments/${name}.yaml`, text: `name: ${name}\nversion: 1\ndescription: a test's\nowner: tests\n${more}\nwhen: ${when}\n` };
}

/** An evaluator of these segments. @throws DefinitionError where one is wrong. */
export function evaluatorOf(...segments: { file: string; text: string }[]): Evaluator {
  return createEvaluator(parseDefinitions({ traits: [], segments }, catalog));
}

let count = 0;

/** Something that happened at a time, in ms. */
export function happening(type: string, occurred_at: number, fields: Partial<Activity> = {}): Activity {
  return {
    activity_id: `00000000-0000-5000-8000-${String((count += 1)).padStart(12, '0')}`, profile_id: PERSON, identifier: 'user_id:1', occurred_at, received_at: occurred_at,
    product: '', type, session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [], value_micros: null, currency: null,
    is_bot: false, is_machine: false, properties: {}, origin: `web.orders.v1:0:${count}`, ...fields,
  };
}

/** A decision on a purpose, for every channel. */
export function decision(decided: 'granted' | 'withdrawn', purpose: string, at: number): Activity {
  return happening(`consent_${decided}`, at, { properties: { purpose, channel: 'any' } });
}

/** The state of a person who consented to marketing long ago and did this. */
export function personWho(evaluator: Evaluator, ...activities: readonly Activity[]): ProfileState {
  const state = evaluator.empty(PERSON);
  for (const activity of [decision('granted', 'marketing', NOON - 1_000 * DAY), ...activities]) evaluator.apply(state, activity);
  return state;
}
