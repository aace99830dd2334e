// Turns a product's record into a customer activity, as the product's contract maps it.
import { activityOrigin, type AvroSchema, type CustomerActivities, type Product } from '@tideway/contracts';

/** What the identity graph and Kafka know about the record. */
export interface Attribution {
  profileId: string;
  /** `type:value` that the record is attributed by. */
  identifier: string;
  /** `topic:partition:offset` of the record. */
  origin: string;
}

/** Gives the activity of a record, or null where the mapping knows no type for the value of its type field. */
export type ActivityMapper = (record: Record<string, unknown>, attribution: Attribution) => CustomerActivities | null;

type Read = (record: Record<string, unknown>) => unknown;
type Touch = NonNullable<CustomerActivities['touch']>;

const ORIGIN_FIELDS = ['activity_id', 'occurred_at', 'received_at'];
const FIELDS = ['session_id', 'campaign_id', 'message_id', 'order_id', 'items', 'value_micros', 'currency', 'is_bot', 'is_machine'];
const TOUCH_FIELDS = ['channel', 'source', 'medium', 'campaign', 'content', 'term', 'click_id_type', 'click_id'];
const SCALARS = new Set(['string', 'int', 'long', 'float', 'double', 'boolean', 'enum']);
/** Channel of visits that no marketing brought (GA4's default channel group). */
const DIRECT = 'direct';

/**
 * Compiles `activity` of a product's contract; undefined for a product without it. Throws an Error that names the
 * product and the entry where the mapping names a field that the activity or the product does not have.
 */
export function compileActivity(product: Product): ActivityMapper | undefined {
  const mapping = product.activity;
  if (!mapping) return undefined;
  const reader = (targets: Record<string, string>, allowed: string[], place: string) => {
    for (const target of Object.keys(targets)) if (!allowed.includes(target)) fail(product, `${place}.${target}`, `is none of ${allowed.join(', ')}`);
    return (target: string): Read => {
      const source = targets[target];
      if (source === undefined) return () => null;
      fieldType(product, source, `${place}.${target}`);
      return (record) => record[source] ?? null;
    };
  };
  const read = reader(mapping.fields, [...FIELDS, ...ORIGIN_FIELDS], 'fields');
  const { id, occurredAt, receivedAt } = activityOrigin(mapping);
  for (const field of [id, occurredAt, receivedAt]) fieldType(product, field, 'fields');
  const [session, campaign, message, order, items, value, currency, isBot, isMachine] = FIELDS.map(read) as Tuple9<Read>;
  const typeOf = compileType(product);
  const touchOf = compileTouch(product, reader(mapping.touch ?? {}, TOUCH_FIELDS, 'touch'));
  const propertiesOf = compileProperties(product);
  return (record, { profileId, identifier, origin }) => {
    const type = typeOf(record);
    if (type === undefined) return null;
    return {
      activity_id: record[id] as string,
      profile_id: profileId,
      identifier,
      occurred_at: record[occurredAt] as number,
      received_at: record[receivedAt] as number,
      product: product.id,
      type,
      session_id: session(record) as string | null,
      touch: touchOf(record),
      campaign_id: campaign(record) as string | null,
      message_id: message(record) as string | null,
      order_id: order(record) as string | null,
      items: (items(record) ?? []) as CustomerActivities['items'],
      value_micros: value(record) as number | null,
      currency: currency(record) as string | null,
      is_bot: isBot(record) === true,
      is_machine: isMachine(record) === true,
      properties: propertiesOf(record),
      origin,
    };
  };
}

type Tuple9<T> = [T, T, T, T, T, T, T, T, T];

function compileType(product: Product): (record: Record<string, unknown>) => string | undefined {
  const { type } = product.activity!;
  if ('constant' in type) return () => type.constant;
  fieldType(product, type.field, 'type.field');
  const types = new Map(Object.entries(type.map));
  return (record) => types.get(record[type.field] as string);
}

function compileTouch(product: Product, read: (target: string) => Read): (record: Record<string, unknown>) => Touch | null {
  const { touch } = product.activity!;
  if (!touch) return () => null;
  if (touch['channel'] === undefined) fail(product, 'touch.channel', 'is missing: without it, no activity is known to be a touch');
  const [channel, source, medium, campaign, content, term, clickIdType, clickId] = TOUCH_FIELDS.map(read) as [...Tuple9<Read>];
  return (record) => {
    const value = channel(record) as string | null;
    if (value === null || value === DIRECT) return null;
    return {
      channel: value,
      source: source(record) as string | null,
      medium: medium(record) as string | null,
      campaign: campaign(record) as string | null,
      content: content(record) as string | null,
      term: term(record) as string | null,
      click_id_type: clickIdType(record) as string | null,
      click_id: clickId(record) as string | null,
    };
  };
}

function compileProperties(product: Product): (record: Record<string, unknown>) => Record<string, string> {
  const entries = Object.entries(product.activity!.properties);
  for (const [key, source] of entries) {
    if (!isScalar(fieldType(product, source, `properties.${key}`))) fail(product, `properties.${key}`, `needs a text, number or boolean, which "${source}" is not`);
  }
  return (record) => {
    const properties: Record<string, string> = {};
    for (const [key, source] of entries) {
      const value = record[source];
      if (value !== null && value !== undefined) properties[key] = String(value);
    }
    return properties;
  };
}

function fieldType(product: Product, field: string, place: string): AvroSchema {
  return product.schema.fields.find((candidate) => candidate.name === field)?.type
    ?? fail(product, place, `names "${field}", which v${product.major}.avsc does not have`);
}

function isScalar(type: AvroSchema): boolean {
  if (typeof type === 'string') return SCALARS.has(type);
  if (Array.isArray(type)) return type.every((branch) => branch === 'null' || isScalar(branch));
  return SCALARS.has(type.type);
}

function fail(product: Product, place: string, problem: string): never {
  throw new Error(`contract.yaml of ${product.id}: activity.${place} ${problem}`);
}
