// One look at a mesh that runs for long: memory, lag, parts, rows and disk.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { lagByGroup, scrape, SERVICES, sumBy, type Sample, type ServiceName } from '@tideway/mesh';
import { takenEvents, type MeshUnderLoad } from '../load/mesh-under-load.js';
import { usageOf } from '../processes.js';

export interface SoakSample {
  /** Since the begin of the load. */
  seconds: number;
  /** Resident memory by process. */
  rssMb: Record<string, number>;
  /** Heap in use after the latest full collection, of the services. */
  livesMb: Record<string, number>;
  /** Of the memory of services, what is remembered for a time, by how many events there were: {@link REMEMBERED}. */
  rememberedMb: Record<string, number>;
  /** Records that are not processed yet, by group. */
  lag: Record<string, number>;
  /** Active parts by table of the mesh. */
  parts: Record<string, number>;
  /** Of all these tables. */
  rows: number;
  kafkaMb: number;
  /** All parts on disk, also those that were merged into others and are deleted soon. */
  clickhouseMb: number;
  /** Native events that the services have answered so far. */
  taken: number;
}

const MB = 2 ** 20;

/** Metrics, in bytes, of what services remember of events and profiles for a day or longer: within a soak that only grows, though no profile is new. */
export const REMEMBERED: Partial<Record<ServiceName, string[]>> = {
  customer: ['tideway_customer_event_ids_bytes'],
  sessions: ['tideway_session_visitors_bytes'],
  segments: ['tideway_segments_profiles_bytes', 'tideway_segments_states_bytes'],
  personalization: ['tideway_personalization_documents_bytes'],
};

export async function takeSample(under: MeshUnderLoad, seconds: number): Promise<SoakSample> {
  const { clients, dir, mesh, pids } = under;
  const rssMb = Object.fromEntries([...usageOf(pids())].map(([name, { rssBytes }]) => [name, rssBytes / MB]));
  const [scraped, lag, tables, kafkaBytes, taken] = await Promise.all([
    Promise.all(SERVICES.map(async (name) => [name, await scrape(mesh.urls[name])] as const)),
    lagByGroup(clients),
    clients.rows<{ name: string; parts: number; rows: number; bytes: number }>(
      `SELECT concat(database, '.', table) AS name, countIf(active) AS parts, sumIf(rows, active) AS rows, sum(bytes_on_disk) AS bytes
       FROM system.parts WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') GROUP BY name ORDER BY name`,
    ),
    bytesBelow(path.join(dir, 'platform', 'kafka-1')),
    takenEvents(mesh),
  ]);
  const sum = (of: 'rows' | 'bytes') => tables.reduce((total, table) => total + Number(table[of]), 0);
  return {
    seconds, rssMb, lag, livesMb: mbByService(scraped, () => ['tideway_heap_live_bytes']), rememberedMb: mbByService(scraped, (name) => REMEMBERED[name]),
    parts: Object.fromEntries(tables.map(({ name, parts }) => [name, Number(parts)])),
    rows: sum('rows'), kafkaMb: kafkaBytes / MB, clickhouseMb: sum('bytes') / MB, taken,
  };
}

/** The sum of metrics in bytes over all their labels, as MB, of the services that have one; NaN where it was not scraped. */
function mbByService(scraped: readonly (readonly [ServiceName, Sample[]])[], metricsOf: (name: ServiceName) => string[] | undefined): Record<string, number> {
  return Object.fromEntries(scraped.flatMap(([name, samples]) => {
    const metrics = metricsOf(name);
    return metrics === undefined ? [] : [[name, metrics.reduce((sum, metric) => sum + (sumBy(samples, metric).get('') ?? NaN), 0) / MB]];
  }));
}

/** What the files below a directory take on the disk; a file that is deleted meanwhile takes nothing. */
export async function bytesBelow(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []);
  // Kafka's indexes are preallocated: their length is not what they take.
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => stat(path.join(entry.parentPath, entry.name)).then(({ blocks }) => blocks * 512, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
