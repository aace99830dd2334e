// Whether each record of a topic stands once in its storage table: the tables themselves, not the views that show each
// event once whatever is below.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from '@tideway/mesh';
import { activitiesTopic, type PartitionSums, type Scan } from './scan.js';
import { verdict, type Verdict } from './verdict.js';

interface TableSums {
  partition: number;
  rows: number;
  offsets: number;
  offsetSum: number;
}

const ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** Each event product's table against its topic, and the segments service's own copy of the activities. */
export async function checkStorage(clients: Clients, scan: Scan): Promise<Verdict> {
  const tables = clients.products.filter(({ kind }) => kind === 'event').map(({ topic, database, table }) => ({ topic, name: `${database}.${table}` }));
  tables.push({ topic: activitiesTopic(clients), name: 'segments.activities' });
  const problems: string[] = [];
  const lost: number[] = [];
  const doubled: number[] = [];
  let rows = 0;
  for (const { topic, name } of tables) {
    const sums = scan.sums.get(topic)!;
    rows += [...sums.values()].reduce((sum, { records }) => sum + records, 0);
    for (const [partition, wanted] of sums) {
      const again = await doubledRows(clients, name, partition);
      if (again.length > 0) problems.push(`${name}[${partition}] has ${again.length} rows too many`);
      doubled.push(...again);
      const stored = await whenStored(clients, name, partition, wanted);
      const missing = wanted.records - stored.offsets;
      if (missing === 0 && stored.offsetSum === wanted.offsetSum) continue;
      problems.push(`${name}[${partition}] has ${stored.offsets} of ${wanted.records} records${missing === 0 ? ', others than its topic' : ''}`);
      lost.push(...Array.from({ length: Math.max(1, missing) }, () => NaN));
    }
  }
  return verdict('once in tables', problems.length === 0, problems.join('; ') || `${rows} records of ${tables.length} tables, each offset once`, { lost, doubled });
}

/** When (ms) each superfluous row was stored. By partition: an hour's memberships are millions. */
async function doubledRows(clients: Clients, table: string, partition: number): Promise<number[]> {
  const rows = await clients.rows<{ at: number; n: number }>(
    `SELECT toUnixTimestamp64Milli(max(_inserted_at)) AS at, count() AS n FROM ${table} WHERE _partition = {partition:Int32} GROUP BY _offset HAVING n > 1`,
    { partition },
  );
  return rows.flatMap(({ at, n }) => Array.from({ length: Number(n) - 1 }, () => Number(at)));
}

/** What time alone has added last is on its way. */
async function whenStored(clients: Clients, table: string, partition: number, wanted: PartitionSums): Promise<TableSums> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await tableSums(clients, table, partition, wanted);
    if (stored.offsets >= wanted.records || attempt === ATTEMPTS) return stored;
    await sleep(RETRY_MS);
  }
}

async function tableSums(clients: Clients, table: string, partition: number, { low, end }: PartitionSums): Promise<TableSums> {
  const [sums] = await clients.rows<TableSums>(
    `SELECT count() AS rows, uniqExact(_offset) AS offsets, sum(_offset) AS offsetSum FROM (SELECT DISTINCT _offset FROM ${table} WHERE _partition = {partition:Int32} AND _offset >= {low:Int64} AND _offset < {end:Int64})`,
    { partition, low, end },
  );
  return { partition, rows: Number(sums!.rows), offsets: Number(sums!.offsets), offsetSum: Number(sums!.offsetSum) };
}
