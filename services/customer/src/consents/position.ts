// The order of statements in time: the later one is in force.

/** When something was stated, and in which record. */
export interface Position {
  /** ms since the epoch. */
  decided_at: number;
  /** `topic:partition:offset` of the record. */
  origin: string;
}

/** Negative where `a` is earlier than `b`, 0 for the same position. Within a millisecond, the origin decides. */
export function comparePositions(a: Position, b: Position): number {
  return a.decided_at - b.decided_at || compareOrigins(a.origin, b.origin);
}

/**
 * Orders `topic:partition:offset` by topic, then partition and offset as numbers: of two records of one partition
 * the later one comes later, which text would get wrong from the tenth on.
 */
export function compareOrigins(a: string, b: string): number {
  if (a === b) return 0;
  const [topicA, partitionA, offsetA] = parts(a);
  const [topicB, partitionB, offsetB] = parts(b);
  if (topicA !== topicB) return topicA < topicB ? -1 : 1;
  return partitionA - partitionB || offsetA - offsetB;
}

function parts(origin: string): [topic: string, partition: number, offset: number] {
  const last = origin.lastIndexOf(':');
  const middle = origin.lastIndexOf(':', last - 1);
  return [origin.slice(0, middle), Number(origin.slice(middle + 1, last)), Number(origin.slice(last + 1))];
}
