// Activities from ClickHouse rows: how a profile that is not in memory gets its state back. Of a row is read what definitions look at: all
// fields of `touch`, `items` and `properties` as JSON would be most of it.
import { millisecondsSql, PROPERTY, type Activity } from '../definitions/fields.js';
import { sqlName, sqlText } from '../sql/literal.js';

type Cell = unknown;

/** What the columns that were not read hold: nothing that a trait needing them would be given. */
const UNREAD: Activity = {
  activity_id: '', profile_id: '', identifier: '', occurred_at: 0, received_at: 0, product: '', type: '',
  session_id: null, touch: null, campaign_id: null, message_id: null, order_id: null, items: [],
  value_micros: null, currency: null, is_bot: false, is_machine: false, properties: {}, origin: '',
};

const [TOUCH, ITEMS] = ['touch.', 'items.'];
/** ClickHouse has no nullable Tuple: an activity without a touch has one of defaults, whose channel is ''. */
const CHANNEL = `${TOUCH}channel`;
const TIMES = ['occurred_at', 'received_at'];
/** What JSON may quote: output_format_json_quote_64bit_integers. */
const NUMBERS = [...TIMES, 'value_micros'];

/** How activities are read from rows. */
export interface RowReader {
  /** What a query selects, in the order of the cells. */
  sql: string;
  /** How many cells there are. */
  width: number;
  /** The activity of a row of JSONCompactEachRow; cells beyond the width are not looked at. */
  read(cells: readonly Cell[]): Activity;
}

/** @param columns of customer.activities, or parts of them: `touch.channel`, `items.category`, `properties.plan` */
export function rowReader(columns: Iterable<string>): RowReader {
  const wanted = [...new Set(columns)];
  const keys = wanted.filter((name) => name.startsWith(PROPERTY)).map((name) => name.slice(PROPERTY.length));
  const names = wanted.filter((name) => !name.startsWith(PROPERTY) && name !== CHANNEL);
  if (wanted.some((name) => name.startsWith(TOUCH))) names.push(CHANNEL);
  const parts = (prefix: string) => names.flatMap((name, cell) => (name.startsWith(prefix) ? [{ cell, part: name.slice(prefix.length) }] : []));
  const [touch, items] = [parts(TOUCH), parts(ITEMS)];
  const plain = names.flatMap((name, cell) => (name.includes('.') ? [] : [{ cell, name, isNumber: NUMBERS.includes(name) }]));
  const channel = names.indexOf(CHANNEL);
  const properties = keys.length > 0 ? names.length : -1;
  return {
    sql: [...names.map(expression), ...(keys.length > 0 ? [`mapFilter((name, _) -> name IN (${keys.map(sqlText).join(', ')}), properties)`] : [])].join(', '),
    width: names.length + (keys.length > 0 ? 1 : 0),
    read(cells) {
      const activity: Record<string, unknown> = { ...UNREAD };
      for (const { cell, name, isNumber } of plain) {
        const value = cells[cell];
        activity[name] = isNumber && value !== null ? Number(value) : value;
      }
      if (channel >= 0 && cells[channel]) activity['touch'] = Object.fromEntries(touch.map(({ cell, part }) => [part, cells[cell]]));
      if (items.length > 0) activity['items'] = (cells[items[0]!.cell] as Cell[]).map((_, place) => Object.fromEntries(items.map(({ cell, part }) => [part, (cells[cell] as Cell[])[place]])));
      if (properties >= 0) activity['properties'] = cells[properties];
      return activity as unknown as Activity;
    },
  };
}

function expression(name: string): string {
  if (TIMES.includes(name)) return millisecondsSql(name);
  for (const prefix of [TOUCH, ITEMS]) if (name.startsWith(prefix)) return `tupleElement(${prefix.slice(0, -1)}, ${sqlText(name.slice(prefix.length))})`;
  return sqlName(name);
}
