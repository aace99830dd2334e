// Which of two activities is the later one: the same order for the stream and for SQL.

/** What the order of an activity depends on. */
export interface Moment {
  /** Milliseconds since the epoch. */
  occurred_at: number;
  /** `topic:partition:offset` of the input record. */
  origin: string;
  activity_id: string;
}

/**
 * Whether `a` is later than `b`: by occurred_at, then by origin, then by id (one input record can make two
 * activities). Origins compare by length first, then as bytes: within a partition that is the order of its
 * offsets, without taking the text apart for every row.
 */
export function isLater(a: Moment, b: Moment): boolean {
  if (a.occurred_at !== b.occurred_at) return a.occurred_at > b.occurred_at;
  if (a.origin !== b.origin) return compareOrigins(a.origin, b.origin) > 0;
  return a.activity_id > b.activity_id;
}

// ClickHouse compares and measures texts in bytes of UTF-8; ties are rare, so turning them into bytes costs nothing.
function compareOrigins(a: string, b: string): number {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length - y.length || Buffer.compare(x, y);
}

/**
 * The same order as a ClickHouse expression over a row: argMax by it gives the latest. Uuids compare as texts, and so do
 * their bytes, which cost less (https://clickhouse.com/docs/sql-reference/functions/uuid-functions#uuidtonum).
 */
export const LATER_SQL = 'tuple(occurred_at, length(origin), origin, UUIDToNum(activity_id))';
/** Columns that the order reads. */
export const ORDER_COLUMNS = ['occurred_at', 'origin', 'activity_id'] as const;
