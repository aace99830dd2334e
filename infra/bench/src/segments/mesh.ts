// The whole mesh with many segments and profiles: as it stands before anything is sent.
import path from 'node:path';
import { Publisher } from '@tideway/kafka';
import { productOf } from '@tideway/contracts';
import { waitForLagZero, type Clients, type Mesh, type Workplace } from '@tideway/mesh';
import { createLogger } from '@tideway/service';
import { writeDefinitions, type Written } from './definitions.js';
import { makePopulation } from './population.js';

export interface Populated {
  segments: number;
  profiles: number;
}

/** Of these profiles each has so many activities, over so many days. */
export const [ACTIVITIES_EACH, DAYS] = [5, 30];
/** Everything that follows states takes in a million of them. */
const TAKEN_IN_TIMEOUT_MS = 900_000;

/** Definitions for TIDEWAY_SCHEMAS of a mesh, on top of the workspace's. */
export function definitionsFor(workplace: Workplace, { segments }: Populated): { schemas: string; written: Written } {
  const schemas = path.join(workplace.dir, `schemas-${segments}`);
  return { schemas, written: writeDefinitions(schemas, segments, 'workspace') };
}

/** Makes profiles, has segments learn of them, and waits until the rest of the mesh has. */
export async function populate(mesh: Pick<Mesh, 'supervisor'>, clients: Clients, { profiles }: Populated, onProgress: (line: string) => void): Promise<void> {
  const publisher = new Publisher({ ...clients, products: [productOf(clients.products, 'customer.activities')], service: 'bench', logger: createLogger('bench', 'silent') });
  try {
    await makePopulation({ clients, publisher }, { profiles, activitiesEach: ACTIVITIES_EACH, days: DAYS }, onProgress);
  } finally {
    await publisher.disconnect();
  }
  onProgress('starting segments again, with all of them…');
  // It reads states when it takes partitions, and nobody else writes them.
  mesh.supervisor.kill('segments', 'SIGTERM');
  await mesh.supervisor.ready('segments');
  await waitForLagZero(clients, TAKEN_IN_TIMEOUT_MS, () => undefined);
}
