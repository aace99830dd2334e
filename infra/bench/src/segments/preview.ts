// How long it takes to see how many people a segment holds before it is saved: every definition of schemas/segments, asked of the HTTP API.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTable, tableName } from '@tideway/clickhouse';
import { productOf, schemasDir } from '@tideway/contracts';
import { askSegments, SegmentsRefusal, type Clients, type Workplace } from '@tideway/mesh';
import { profileIdSql } from '../segments-start/people.js';
import { countActivities, startBed, type Bed } from './bed.js';
import { makePopulation } from './population.js';

export interface PreviewOptions {
  profiles: number;
  /** Of each. */
  activitiesEach: number;
  days: number;
  /** How often every file is previewed. */
  rounds: number;
}

/** A file of schemas/segments: a template is previewed as a whole. */
export interface PreviewedFile {
  name: string;
  segments: number;
  /** Of all its segments together. */
  members: number;
  /** Of each round, until the answer was there. */
  ms: number[];
  /** Where the API refused it: why. */
  refused?: string;
}

export interface PreviewResult extends PreviewOptions {
  activities: number;
  /** Profiles that were merged into another. */
  merged: number;
  files: PreviewedFile[];
}

/** Every tenth profile was merged into the one before it. */
const MERGED_OF = 10;
const CALM_WITHIN_MS = 300_000;
const POLL_MS = 500;

/** Rejects where the service or the platform fails; a definition that is too costly is a result. */
export async function runPreviews(workplace: Workplace, options: PreviewOptions, onProgress: (line: string) => void): Promise<PreviewResult> {
  const bed = await startBed(workplace, 'preview', {}, onProgress);
  try {
    await bed.startService();
    await makePopulation(bed, options, onProgress);
    const merged = await mergeSome(bed.clients, options.profiles);
    await whenMerged(bed.clients);
    const activities = await countActivities(bed.clients);
    const files = readFiles();
    // What is read the first time comes from the disk.
    await previewOnce(bed, files[0]!.text);
    const previewed = new Map<string, PreviewedFile>();
    for (let round = 1; round <= options.rounds; round += 1) {
      onProgress(`previewing ${files.length} definitions, round ${round} of ${options.rounds}…`);
      for (const { name, text } of files) {
        const { ms, ...answer } = await previewOnce(bed, text);
        previewed.set(name, { name, ...answer, ms: [...(previewed.get(name)?.ms ?? []), ms] });
      }
    }
    return { ...options, activities, merged, files: [...previewed.values()] };
  } finally {
    await bed.stop();
  }
}

function readFiles(): { name: string; text: string }[] {
  const folder = path.join(schemasDir(), 'segments');
  return readdirSync(folder).filter((file) => file.endsWith('.yaml')).sort().map((file) => ({ name: path.basename(file, '.yaml'), text: readFileSync(path.join(folder, file), 'utf8') }));
}

async function previewOnce({ url, key }: Bed, text: string): Promise<{ segments: number; members: number; ms: number; refused?: string }> {
  const begin = performance.now();
  const took = () => Math.round(performance.now() - begin);
  try {
    const { segments } = await (await askSegments({ url, key }, '/v1/segments/preview', text)).json() as { segments: { size: number }[] };
    return { segments: segments.length, members: segments.reduce((sum, { size }) => sum + size, 0), ms: took() };
  } catch (error) {
    if (!(error instanceof SegmentsRefusal)) throw error;
    return { segments: 0, members: 0, ms: took(), refused: error.message.replaceAll(/\s+/g, ' ') };
  }
}

/** Writes states as the warehouse would have, which a preview looks into for merges. Gives how many profiles were merged away. */
async function mergeSome({ clickhouse, products, rows }: Clients, profiles: number): Promise<number> {
  const state = productOf(products, 'segments.state');
  for (const query of createTable(state)) await clickhouse.command({ query });
  await clickhouse.command({
    query: `INSERT INTO ${tableName(state)} (profile_id, aliases)
      SELECT ${profileIdSql('number')}, if(number % {of:UInt8} = 0 AND number + 1 < {profiles:UInt64}, [toString(${profileIdSql('number + 1')})], []) FROM numbers({profiles:UInt64}) WHERE number % {of:UInt8} != 1`,
    query_params: { profiles, of: MERGED_OF },
  });
  const [counted] = await rows<{ n: string }>(`SELECT sum(length(aliases)) AS n FROM ${tableName(state)}`);
  return Number(counted!.n);
}

/** The inserts of millions of rows have merges behind them, which nobody would have beside a preview. */
async function whenMerged({ rows }: Clients): Promise<void> {
  for (const deadline = Date.now() + CALM_WITHIN_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const [counted] = await rows<{ n: string }>("SELECT count() AS n FROM system.merges WHERE database = 'segments'");
    if (Number(counted!.n) === 0) return;
  }
}
