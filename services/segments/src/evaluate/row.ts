// An activity from a ClickHouse row: how a profile that is not in memory gets its state back.
import type { Activity } from '../definitions/fields.js';

type Cell = unknown;

/** What the columns that were not read hold: nothing that a trait needing them would be given. */
const UNREAD: Activity = {
  activity_id: '', profile_id: '', identifier: '', occurred_at: 0, received_at: 0, product: '', type: '',
  session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [],
  value_micros: null, currency: null, is_bot: false, is_machine: false, properties: {}, origin: '',
};

/** Columns that JSON holds in another form than the record. Int64 may be quoted: output_format_json_quote_64bit_integers. */
const READERS: Readonly<Record<string, (cell: Cell) => unknown>> = {
  occurred_at: millisecondsOf,
  received_at: millisecondsOf,
  value_micros: (cell) => (cell === null ? null : Number(cell)),
  items: (cell) => (cell as Record<string, Cell>[]).map(readItem),
  // ClickHouse has no nullable Tuple: none is one of defaults.
  touch: (cell) => ((cell as { channel?: string } | null)?.channel ? cell : null),
};

function readItem(item: Record<string, Cell>): unknown {
  const { price_micros: price } = item;
  return { ...item, price_micros: price === null || price === undefined ? null : Number(price), quantity: Number(item['quantity'] ?? 0) };
}

/** DateTime64(3, 'UTC') as JSON has it: `2026-11-21 09:30:00.250`, or ISO 8601 under date_time_output_format=iso; or a number of ms. */
function millisecondsOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  const text = (cell as string).replace(' ', 'T');
  return Date.parse(text.endsWith('Z') ? text : `${text}Z`);
}

/**
 * The activity of a row of customer.activities, of JSONEachRow (an object) or JSONCompactEachRow (a list, in
 * the order of `columns`, for which Evaluator.relevantColumns will do). Columns that are absent stay empty.
 */
export function rowToActivity(row: Readonly<Record<string, Cell>> | readonly Cell[], columns: readonly string[] = []): Activity {
  const activity: Record<string, unknown> = { ...UNREAD };
  if (Array.isArray(row)) for (const [index, column] of columns.entries()) activity[column] = read(column, (row as readonly Cell[])[index]);
  else for (const [column, cell] of Object.entries(row)) activity[column] = read(column, cell);
  return activity as unknown as Activity;
}

function read(column: string, cell: Cell): unknown {
  const reader = READERS[column];
  return reader ? reader(cell) : cell;
}
