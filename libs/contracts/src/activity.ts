// The mapping of a product to customer activities, as its contract declares it: rename, constant and enum map only.

/** `activity` in a contract's customProperties. Values name fields of the product. */
export interface ActivityMapping {
  /** The activity's type: a constant, or a product field through a map of its values. */
  type: { constant: string } | { field: string; map: Record<string, string> };
  /** Activity field: product field. */
  fields: Record<string, string>;
  /** Field of the touch: product field. The activity has a touch where its channel is not `direct`. */
  touch?: Record<string, string>;
  /** Key in the activity's properties: product field; absent values are left out, others become strings. */
  properties: Record<string, string>;
}

/** Checks and returns a mapping; throws with the product's id where it has another shape. */
export function readActivityMapping(id: string, value: unknown): ActivityMapping {
  const mapping = value as Partial<ActivityMapping>;
  const type = mapping.type as { constant?: unknown; field?: unknown; map?: unknown } | undefined;
  if (!type || (typeof type.constant !== 'string' && !(typeof type.field === 'string' && typeof type.map === 'object'))) {
    throw new Error(`contract of ${id}: activity.type must be {constant} or {field, map}`);
  }
  return { fields: {}, properties: {}, ...mapping } as ActivityMapping;
}

/** The fields of a product that say which activity it is and when: an event's own, unless `fields` names others. */
export function activityOrigin({ fields }: Pick<ActivityMapping, 'fields'> = { fields: {} }): { id: string; occurredAt: string; receivedAt: string } {
  return { id: fields['activity_id'] ?? 'event_id', occurredAt: fields['occurred_at'] ?? 'occurred_at', receivedAt: fields['received_at'] ?? 'received_at' };
}

/** All types of activity that a mapping can give. */
export function activityTypes(mapping: ActivityMapping): string[] {
  return 'constant' in mapping.type ? [mapping.type.constant] : Object.values(mapping.type.map);
}
