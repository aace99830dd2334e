// One visitor's sessions between their first event and the last correction: what is published when, and what is taken back.
import type { WebSessions } from '@tideway/contracts';
import { PAUSE_MS, sessionId, sessionRecord, withHit, type Hit, type Session } from './session.js';

/** For events that are on their way when the pause is over. */
export const GRACE_MS = 60_000;
/** What a clock may be ahead, as the web service's sources have it. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** A session that may still change. */
interface Open {
  session: Session;
  /** Whether what is published is not this; something else, or nothing. */
  due: boolean;
}

/** Plain data, kept as JSON in the changelog. */
export interface Visitor {
  open: Open[];
  /** Ids of published sessions that may still be taken back. */
  published: string[];
}

export interface Settled {
  records: WebSessions[];
  /** Ids that are no session any more. */
  gone: string[];
  /** Undefined where nothing can change any more. */
  visitor: Visitor | undefined;
}

export const NEW_VISITOR: Visitor = { open: [], published: [] };

/**
 * Whether an event came in time to belong to a session: at most `lateMs` after it happened. By the event's own two times (ms),
 * so that a replay answers alike.
 */
export function isInTime({ occurred_at, received_at }: { occurred_at: number; received_at: number }, lateMs: number): boolean {
  return received_at - occurred_at <= lateMs && occurred_at - received_at <= MAX_AHEAD_MS;
}

/** The visitor after one more hit; the same one for a resend. */
export function visited(visitor: Visitor, hit: Hit): Visitor {
  const { session, absorbed } = withHit(visitor.open.map((entry) => entry.session), hit);
  if (!session) return visitor;
  return { ...visitor, open: [...visitor.open.filter((entry) => !absorbed.includes(entry.session)), { session, due: true }] };
}

/**
 * What is to be published at `now`: sessions that are over and have changed, and tombstones of those that became a part of another
 * or got an earlier beginning. A session that no event can reach any more that is in time is final, and forgotten here.
 */
export function settle(key: string, visitor: Visitor, lateMs: number, now: number): Settled {
  const isOver = (entry: Open) => entry.due && overAt(entry) <= now;
  const records = visitor.open.filter(isOver).map(({ session }) => sessionRecord(key, session, now));
  const current = new Set(visitor.open.map(({ session }) => sessionId(key, session)));
  const gone = visitor.published.filter((id) => !current.has(id));
  const open = visitor.open.filter((entry) => overAt(entry) + lateMs > now).map((entry) => (isOver(entry) ? { ...entry, due: false } : entry));
  if (open.length === 0) return { records, gone, visitor: undefined };
  const kept = new Set(open.map(({ session }) => sessionId(key, session)));
  const published = [...new Set([...visitor.published, ...records.map(({ session_id }) => session_id)])].filter((id) => kept.has(id));
  return { records, gone, visitor: { open, published } };
}

/** When (ms) to settle again without an event. */
export function settlesAt({ open }: Visitor, lateMs: number): number {
  return Math.min(...open.map((entry) => overAt(entry) + (entry.due ? 0 : lateMs)));
}

/** From when on no event that is not late can join. */
function overAt({ session: { last } }: Open): number {
  return last[0] + PAUSE_MS + GRACE_MS;
}
