// The rule of sessions: events of one visitor with pauses of less than 30 minutes are one, in whatever order they come.
import { hash } from 'node:crypto';
import type { Records, WebSessions } from '@tideway/contracts';
import { derivedId } from '../sources/envelope.js';

/** As Google Analytics 4 does by default; a change of campaign or of the day begins none: https://support.google.com/analytics/answer/9191807 */
export const PAUSE_MS = 30 * 60_000;
/** Ids kept per session, against resends; a visitor beyond it is hardly a person. */
const MAX_IDS = 500;

export const SESSION_INPUTS = ['web.page-views', 'web.custom-events', 'web.ecommerce-events', 'web.orders'] as const;
export type SessionInput = (typeof SESSION_INPUTS)[number];

/** A moment in a total order: two events of one millisecond are told apart by 64 bits of their ids, which tell resends, too. */
type Moment = [at: number, id: string];

type Landing = Pick<WebSessions, 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_content' | 'utm_term' | 'utm_id' | 'click_id_type' | 'click_id' | 'channel' | 'device' | 'country'>;

/** What an event says of its session. */
export interface Hit {
  moment: Moment;
  source: string;
  identifiers: Record<string, string>;
  /** The landing without its fields that are null. */
  view?: { url: string; landing: Partial<Landing> };
  converted: boolean;
}

/** A session as the sum of its events: plain data, and adding up gives the same in every order. */
export interface Session {
  first: Moment;
  last: Moment;
  /** Of the first event. */
  source: string;
  /** By type, the last. */
  identifiers: Record<string, { value: string; moment: Moment }>;
  /** Of each event. */
  ids: string[];
  pageViews: number;
  events: number;
  entry?: { moment: Moment; url: string; landing: Partial<Landing> };
  exit?: { moment: Moment; url: string };
  converted: boolean;
}

const NO_LANDING: Landing = {
  utm_source: null, utm_medium: null, utm_campaign: null, utm_content: null, utm_term: null, utm_id: null, click_id_type: null, click_id: null,
  channel: 'unassigned', device: 'other', country: null,
};

/** The hit of a record; undefined for a robot's, which only page views tell. */
export function hitOf<P extends SessionInput>(product: P, record: Records[P]): Hit | undefined {
  const hit: Hit = { moment: [record.occurred_at, hash('sha1', record.event_id, 'base64url').slice(0, 11)], source: record.source, identifiers: record.identifiers, converted: false };
  if (product === 'web.orders') return { ...hit, converted: (record as Records['web.orders']).status === 'completed' };
  if (product !== 'web.page-views') return hit;
  const view = record as Records['web.page-views'];
  if (view.is_bot) return undefined;
  const named = Object.keys(NO_LANDING).map((field) => [field, view[field as keyof Landing]]).filter(([, value]) => value !== null);
  return { ...hit, view: { url: view.url, landing: Object.fromEntries(named) as Partial<Landing> } };
}

/** The visitor's sessions with one more hit: what it reaches becomes one session. No `session` for a resend. */
export function withHit(sessions: Session[], hit: Hit): { session: Session | undefined; absorbed: Session[] } {
  const [at, id] = hit.moment;
  if (sessions.some(({ ids }) => ids.includes(id))) return { session: undefined, absorbed: [] };
  // Inside a session's span no two neighbours are further apart than a pause: to reach the span is to reach an event.
  const absorbed = sessions.filter(({ first, last }) => at > first[0] - PAUSE_MS && at < last[0] + PAUSE_MS);
  return { session: absorbed.reduce(sum, sessionOf(hit)), absorbed };
}

/** The session's id: it follows from the events alone, so that a replay gives it again. */
export function sessionId(visitor: string, { first }: Session): string {
  return derivedId('session', visitor, first[1]);
}

export function sessionRecord(visitor: string, session: Session, now: number): WebSessions {
  const { first, last, source, identifiers, pageViews, events, entry, exit, converted } = session;
  return {
    session_id: sessionId(visitor, session), source, identifiers: Object.fromEntries(Object.entries(identifiers).map(([type, { value }]) => [type, value])),
    started_at: first[0], ended_at: last[0], page_views: pageViews, events, entry_url: entry?.url ?? null, exit_url: exit?.url ?? null,
    ...NO_LANDING, ...entry?.landing, converted, updated_at: now,
  };
}

function sessionOf({ moment, source, identifiers, view, converted }: Hit): Session {
  return {
    first: moment, last: moment, source, ids: [moment[1]], pageViews: view ? 1 : 0, events: 1, converted,
    identifiers: Object.fromEntries(Object.entries(identifiers).map(([type, value]) => [type, { value, moment }])),
    ...(view ? { entry: { moment, ...view }, exit: { moment, url: view.url } } : {}),
  };
}

function sum(a: Session, b: Session): Session {
  const [earlier, later] = isBefore(a.first, b.first) ? [a, b] : [b, a];
  const entry = best(a.entry, b.entry, (x, y) => isBefore(x.moment, y.moment));
  const exit = best(a.exit, b.exit, (x, y) => isBefore(y.moment, x.moment));
  return {
    first: earlier.first, last: isBefore(a.last, b.last) ? b.last : a.last, source: earlier.source,
    identifiers: latest(a.identifiers, b.identifiers), ids: [...earlier.ids, ...later.ids].slice(0, MAX_IDS),
    pageViews: a.pageViews + b.pageViews, events: a.events + b.events, converted: a.converted || b.converted,
    ...(entry ? { entry } : {}), ...(exit ? { exit } : {}),
  };
}

function best<T>(a: T | undefined, b: T | undefined, isBetter: (x: T, y: T) => boolean): T | undefined {
  return a && b ? (isBetter(a, b) ? a : b) : (a ?? b);
}

function latest(a: Session['identifiers'], b: Session['identifiers']): Session['identifiers'] {
  const result = { ...a };
  for (const [type, entry] of Object.entries(b)) {
    const other = result[type];
    if (!other || isBefore(other.moment, entry.moment)) result[type] = entry;
  }
  return result;
}

function isBefore(a: Moment, b: Moment): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
