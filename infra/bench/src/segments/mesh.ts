// The whole mesh with many segments and profiles: as it stands before anything is sent.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '@tideway/kafka';
import { productOf } from '@tideway/contracts';
import { scrape, sumBy, waitForLagZero, type Clients, type Mesh, type Workplace } from '@tideway/mesh';
import { createLogger } from '@tideway/service';
import { writeDefinitions, type Written } from './definitions.js';
import { giveIdentities, makePopulation } from './population.js';

export interface Populated {
  segments: number;
  profiles: number;
}

/** Of these profiles each has so many activities, over so many days. */
export const [ACTIVITIES_EACH, DAYS] = [5, 30];
/** Everything that follows states takes in a million of them. */
const TAKEN_IN_TIMEOUT_MS = 900_000;
/** Scores are looked after every five seconds, and hold ten seconds after they were first worked out. */
const SCORES_WITHIN_MS = 30_000;
const FOLLOWED_TIMEOUT_MS = 1_800_000;
const LOOK_EVERY_MS = 1_000;
const LEFT = 'tideway_adoption_profiles_left';

/** Definitions for TIDEWAY_SCHEMAS of a mesh, on top of the workspace's. */
export function definitionsFor(workplace: Workplace, { segments }: Populated): { schemas: string; written: Written } {
  const schemas = path.join(workplace.dir, `schemas-${segments}`);
  return { schemas, written: writeDefinitions(schemas, segments, 'workspace') };
}

/** Makes profiles, has segments learn of them and of where these stand among each other, and waits until the rest of the mesh has. */
export async function populate(mesh: Pick<Mesh, 'supervisor' | 'urls'>, clients: Clients, { profiles }: Populated, onProgress: (line: string) => void): Promise<void> {
  const publisher = new Publisher({ ...clients, products: [productOf(clients.products, 'customer.activities')], service: 'bench', logger: createLogger('bench', 'silent') });
  try {
    await makePopulation({ clients, publisher }, { profiles, activitiesEach: ACTIVITIES_EACH, days: DAYS }, onProgress);
    await giveIdentities(clients, profiles);
  } finally {
    await publisher.disconnect();
  }
  onProgress('starting segments again, with all of them…');
  // It reads states when it takes partitions, and nobody else writes them.
  mesh.supervisor.kill('segments', 'SIGTERM');
  await mesh.supervisor.ready('segments');
  await waitForLagZero(clients, TAKEN_IN_TIMEOUT_MS, () => undefined);
  onProgress('waiting for the first scores, which concern many of them…');
  await followed(mesh.urls.segments);
  await waitForLagZero(clients, TAKEN_IN_TIMEOUT_MS, () => undefined);
}

/** Resolves when nobody has had to follow scores for as long as it takes until there are any. */
async function followed(url: string): Promise<void> {
  const deadline = Date.now() + FOLLOWED_TIMEOUT_MS;
  for (let since = Date.now(); Date.now() - since < SCORES_WITHIN_MS; await sleep(LOOK_EVERY_MS)) {
    const left = sumBy(await scrape(url), LEFT).get('') ?? 0;
    if (left > 0) since = Date.now();
    if (Date.now() > deadline) throw new Error(`${left} profiles do not follow the scores yet after ${FOLLOWED_TIMEOUT_MS / 60_000} min`);
  }
}
