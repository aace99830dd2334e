// The whole mesh with the load generator on it, and someone who follows what comes out: what every measurement under load begins with.
import path from 'node:path';
import { connect, scrape, startMesh, sumBy, type Clients, type Mesh, type Workplace } from '@tideway/mesh';
import type { LoadOrder } from './generator.js';
import { observeMemberships, type Observer } from './observer.js';
import { startLoad, type RunningLoad } from './start.js';
import type { LoadTimings } from './timings.js';

export interface MeshUnderLoad {
  mesh: Mesh;
  /** Where its data is. */
  dir: string;
  clients: Clients;
  observer: Observer;
  load: RunningLoad;
  /** Of all processes, those of the measurement (`load`, `bench`) included. */
  pids(): Record<string, number>;
  /** Stops everything, and nothing is left. */
  stop(): Promise<void>;
}

/** What a mesh has, and what becomes of it, before the load begins. */
export interface Beforehand {
  /** Of all services. */
  env?: Record<string, string>;
  /** Of the load generator's process. */
  v8Options?: string[];
  prepare?(mesh: Mesh, clients: Clients): Promise<void>;
}

/** The checks at the end count all that there is. */
const QUERY_TIMEOUT_MS = 300_000;

/** Starts a new mesh, `name` being its folder, and the load as soon as all runs. Rejects where a part does not start. */
export async function startMeshUnderLoad(workplace: Workplace, name: string, order: Omit<LoadOrder, 'targets'>, onProgress: (line: string) => void, onReport?: (timings: LoadTimings) => void, { env = {}, v8Options, prepare }: Beforehand = {}): Promise<MeshUnderLoad> {
  const dir = path.join(workplace.dir, name);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.reverse()) await one();
  };
  const own = async <T>(starting: Promise<T>, end: (started: T) => void | Promise<void>): Promise<T> => {
    const [started, stopIt] = await workplace.own(starting, end);
    stops.push(stopIt);
    return started;
  };
  try {
    const mesh = await own(startMesh({ dir, env, onProgress }), (started) => started.stop());
    const clients = await own(Promise.resolve(connect(mesh.env, { queryTimeoutMs: QUERY_TIMEOUT_MS })), (made) => made.clickhouse.close());
    await prepare?.(mesh, clients);
    const observer = await own(observeMemberships(clients), (made) => made.stop());
    if (workplace.closing) throw new Error('stopped before the load began');
    const load = await own(Promise.resolve(startLoad({ ...order, targets: mesh.targets }, onReport, v8Options)), (started) => started.stop());
    const pids = () => ({ ...mesh.platform!.pids(), ...mesh.supervisor.pids(), load: load.pid, bench: process.pid });
    return { mesh, dir, clients, observer, load, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Native events that the domain services have answered, whatever became of them. */
export async function takenEvents(mesh: Mesh): Promise<number> {
  const samples = await Promise.all([scrape(mesh.urls.web), scrape(mesh.urls.crm)]);
  return sumBy(samples.flat(), 'tideway_intake_events_total').get('') ?? 0;
}
