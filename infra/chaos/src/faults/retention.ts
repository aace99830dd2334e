// Retention that overtakes a paused consumer: the loss cannot be helped, but it must be told, loudly and to the record.
import { setTimeout as sleep } from 'node:timers/promises';
import { productOf } from '@tideway/contracts';
import { Decoder, readTopics, type Kafka } from '@tideway/kafka';
import { scrape, sumBy, type Clients } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import { verdict } from '../checker/verdict.js';
import type { Evidence } from '../evidence.js';
import { patiently, type FaultContext, type RunFault } from './fault.js';

const PRODUCT = 'web.ecommerce-events';
const GROUP = 'warehouse';
const OTHER_READERS = ['customer', 'sessions'];
const ALARM_TIMEOUT_MS = 60_000;
const EMPTY_TIMEOUT_MS = 60_000;

/** What the paused service has read and not committed is safe in its memory, or on its way there: more has to come than that. */
const BEYOND_RECORDS = 30;
const BEYOND_TIMEOUT_MS = 30_000;

interface Gap {
  partition: number;
  /** First offset that retention leaves. */
  low: number;
}

/** What the warehouse made of the gaps. */
interface Reaction {
  /** Partitions that were overtaken: it had not fetched what was deleted. */
  overtaken: number[];
  /** Partitions that it stopped: these, and those whose blocks were begun together with one of them. */
  stopped: number[];
  /** What it should have said and did not; else ''. */
  missing: string;
}

/**
 * The warehouse is paused while its topic goes on and retention deletes what it has not read. It must stop these
 * partitions, and no others than those begun together with them, and say so; the loss by the rule of docs/operation.md must be
 * the records that are gone. Then a person sets the group's positions as it says there.
 */
export const retention: RunFault = async (context, { seconds }) => {
  const { arena, evidence } = context;
  arena.signal(GROUP, 'SIGSTOP');
  await sleep(seconds * 1_000);
  const gaps = await deleteUnread(context);
  arena.signal(GROUP, 'SIGCONT');
  const { overtaken, stopped, missing } = await waitForReaction(context, gaps);
  await arena.stopService(GROUP);
  // Whatever fails here is told; the mesh goes on.
  const told = await goOn(context, stopped).finally(() => arena.startService(GROUP));
  const inHand = gaps.length - overtaken.length;
  const held = inHand === 0 ? '' : `; of ${inHand} others it had the records in hand`;
  evidence.verdicts.push(verdict('retention', missing === '' && told.ok, missing || told.detail || `partitions ${stopped.join(', ') || 'none'} stopped, ${overtaken.length} of them overtaken, readiness said so, and ${told.counted} lost records were counted${held}`));
};

/** Deletes what every other reader has read and the warehouse has not. */
async function deleteUnread({ clients, evidence }: FaultContext): Promise<Gap[]> {
  const { topic } = productOf(clients.products, PRODUCT);
  const admin = clients.kafka.admin();
  await admin.connect();
  try {
    const gaps = await unreadBy(admin, topic);
    if (gaps.length === 0) return [];
    await noteRecords(clients, evidence, topic, gaps);
    await admin.deleteTopicRecords({ topic, partitions: gaps.map(({ partition, low }) => ({ partition, offset: String(low) })) });
    return gaps;
  } finally {
    await admin.disconnect();
  }
}

type KafkaAdmin = ReturnType<Kafka['admin']>;

/** What a group has committed of a topic, by partition. */
async function positionsOf(admin: KafkaAdmin, groupId: string, topic: string) {
  return new Map((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]!.partitions.map((entry) => [entry.partition, entry]));
}

/** Where every other reader is well ahead of what the warehouse has begun. */
async function unreadBy(admin: KafkaAdmin, topic: string): Promise<Gap[]> {
  for (const deadline = Date.now() + BEYOND_TIMEOUT_MS; ; await sleep(500)) {
    const [warehouse, ...others] = await Promise.all([GROUP, ...OTHER_READERS].map((groupId) => positionsOf(admin, groupId, topic)));
    const gaps = [...warehouse!.values()].map(({ partition, offset, metadata }) => {
      const { to } = (metadata ? JSON.parse(metadata) : {}) as { to?: number };
      const from = to === undefined ? Number(offset) : to + 1;
      return { partition, from, low: Math.min(...others.map((other) => Number(other.get(partition)?.offset ?? 0))) };
    }).filter(({ from, low }) => from >= 0 && low > from + BEYOND_RECORDS).map(({ partition, low }) => ({ partition, low }));
    if (gaps.length > 0 || Date.now() > deadline) return gaps;
  }
}

/** Keeps what is about to be deleted, for the checker. */
async function noteRecords(clients: Clients, { deleted }: Evidence, topic: string, gaps: Gap[]): Promise<void> {
  const lows = new Map(gaps.map(({ partition, low }) => [partition, low]));
  const decoder = new Decoder<{ event_id: string }>(clients.registry, productOf(clients.products, PRODUCT));
  const records = deleted.get(topic) ?? [];
  deleted.set(topic, records);
  await readTopics(clients.kafka, new Map([[topic, [...lows.keys()]]]), async ({ partition, message: { key, value, offset } }) => {
    if (Number(offset) >= lows.get(partition)!) return;
    const { event_id: id } = await patiently(() => decoder.decode(value));
    records.push({ id, key: String(key), partition, offset: Number(offset) });
  });
}

/**
 * Waits until the warehouse has said of each of these partitions that it is stopped, or has gone on behind the gap: then it
 * had fetched the records before they were deleted, and the checker looks for each of them in the table.
 */
async function waitForReaction({ arena, clients }: FaultContext, gaps: Gap[]): Promise<Reaction> {
  const { topic } = productOf(clients.products, PRODUCT);
  const admin = clients.kafka.admin();
  await admin.connect();
  try {
    let said = 'nothing';
    for (const deadline = Date.now() + ALARM_TIMEOUT_MS; ; await sleep(200)) {
      const committed = await positionsOf(admin, GROUP, topic);
      const overtaken = gaps.filter(({ partition, low }) => Number(committed.get(partition)!.offset) < low).map(({ partition }) => partition);
      if (overtaken.length === 0) return { overtaken, stopped: [], missing: '' };
      const response = await fetch(`${arena.url(GROUP)}/health/ready`, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
      if (response) said = `${response.status} ${await response.text()}`;
      const counted = sumBy(await scrape(arena.url(GROUP)).catch(() => []), 'tideway_partition_stopped').get('') ?? 0;
      const stopped = stoppedBy(said, topic);
      const allowed = stopped.every(({ partition, why }) => overtaken.includes(partition) || why.startsWith('its block was begun together with'));
      const told = said.startsWith('503') && allowed && overtaken.every((partition) => stopped.some((one) => one.partition === partition));
      const partitions = stopped.map(({ partition }) => partition);
      if (told && counted === stopped.length) return { overtaken, stopped: partitions, missing: '' };
      if (Date.now() > deadline) {
        return { overtaken, stopped: partitions, missing: `records were deleted unread from partitions ${overtaken.join(', ')}, ${counted} were counted as stopped, and readiness said ${said}` };
      }
    }
  } finally {
    await admin.disconnect();
  }
}

/** Partitions of a topic that readiness says to be stopped, and why. */
function stoppedBy(readiness: string, topic: string): { partition: number; why: string }[] {
  const parts = readiness.split(`${topic}[`).slice(1);
  return parts.flatMap((part) => {
    const [, partition, why] = /^(\d+)\] is stopped: (.*)/s.exec(part) ?? [];
    return partition === undefined ? [] : [{ partition: Number(partition), why: why! }];
  });
}

/** What docs/operation.md has a person do: counts the loss, which is compared with what was deleted, and sets the positions. */
async function goOn({ clients, evidence }: FaultContext, stopped: number[]): Promise<{ ok: boolean; detail: string; counted: number }> {
  if (stopped.length === 0) return { ok: true, detail: '', counted: 0 };
  const { topic, database, table } = productOf(clients.products, PRODUCT);
  const admin = clients.kafka.admin();
  await admin.connect();
  try {
    await noInsertRuns(clients, database, table);
    const rows = await clients.rows<{ partition: number; last: number }>(`SELECT _partition AS partition, max(_offset) AS last FROM ${database}.${table} GROUP BY _partition`);
    const lasts = new Map(rows.map(({ partition, last }) => [Number(partition), Number(last)]));
    const lows = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => [partition, Number(low)]));
    const gaps = stopped.map((partition) => ({ partition, last: lasts.get(partition) ?? -1, low: lows.get(partition)! }));
    await onceEmpty(() => admin.setOffsets({ groupId: GROUP, topic, partitions: gaps.map(({ partition, last, low }) => ({ partition, offset: String(Math.max(last + 1, low)) })) }));
    const counted = gaps.reduce((sum, { last, low }) => sum + Math.max(0, low - 1 - last), 0);
    const lost = (evidence.deleted.get(topic) ?? []).filter(({ partition, offset }) => gaps.some((gap) => gap.partition === partition && offset < gap.low && offset > gap.last));
    for (const { id } of lost) evidence.lostToWarehouse.add(id);
    const ok = counted === lost.length;
    return { ok, counted, detail: ok ? '' : `${lost.length} records are lost, and counted were ${counted}` };
  } finally {
    await admin.disconnect();
  }
}

/** An insert whose client is gone may still be under way. */
async function noInsertRuns(clients: Clients, database: string, table: string): Promise<void> {
  const sql = `SELECT count() AS running FROM system.processes WHERE query_kind = 'Insert' AND position(query, '${table}') > 0`;
  for (const deadline = Date.now() + EMPTY_TIMEOUT_MS; ; await sleep(200)) {
    const [row] = await clients.rows<{ running: number }>(sql);
    if (Number(row!.running) === 0) return;
    if (Date.now() > deadline) throw new Error(`an insert into ${database}.${table} did not end`);
  }
}

/** A member that did not come to leave is in its group until its session ends: Kafka lets nobody set positions before. */
async function onceEmpty(action: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + EMPTY_TIMEOUT_MS; ; await sleep(500)) {
    try {
      return await action();
    } catch (error) {
      if (!/no running instances/.test(errorText(error)) || Date.now() > deadline) throw error;
    }
  }
}
