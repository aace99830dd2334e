// What the run takes place on: a platform, the two that compute the segments as supervised processes, and a publisher.
import { fork } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { productOf } from '@tideway/contracts';
import { startPlatform, Supervisor, workspaceRoot, type ChildSpec, type Platform } from '@tideway/embedded';
import { ensureTopics } from '@tideway/kafka';
import { choosePorts, connect, loadSecrets, serviceChild, type Clients, type Workplace } from '@tideway/mesh';
import { createIdentities } from '../segments/bed.js';
import { buildStreamsProgram, streamsChild } from './program.js';
import type { PublishMessage, PublishOrder } from './publish.js';
import { fiveSegments } from './segments-folder.js';

export const INPUT = 'customer.activities.v1';
const STREAMS_OUTPUT = 'bench.streams-memberships.v1';
const STREAMS_APPLICATION = 'bench-streams';

export type ReaderName = 'tideway' | 'streams';

/** Who computes the segments. */
export interface Reader {
  name: ReaderName;
  /** Where its changes go. */
  topic: string;
  /** Its consumer group. */
  group: string;
  child: ChildSpec;
}

export interface Ground {
  platform: Platform;
  clients: Clients;
  supervisor: Supervisor;
  readers: Record<ReaderName, Reader>;
  publisher: RunningPublisher;
  /** Activities that were published. */
  recordsOnTopic(): Promise<number>;
  /** Records that a group has not committed yet. */
  lagOf(group: string): Promise<number>;
  /** Members of a group. */
  membersOf(group: string): Promise<number>;
}

const QUERY_TIMEOUT_MS = 120_000;
const ATTEMPTS = 50;
const RETRY_MS = 100;

/** Starts everything but the readers. Rejects where a part does not start, or the program cannot be had. */
export async function layGround(workplace: Workplace, onProgress: (line: string) => void): Promise<Ground> {
  const program = await buildStreamsProgram(workplace.dir, onProgress);
  const dir = path.join(workplace.dir, 'streams');
  const [platform] = await workplace.own(startPlatform({ dir: path.join(dir, 'platform'), onProgress }), (started) => started.stop());
  const [clients] = await workplace.own(Promise.resolve(connect(platform.env, { queryTimeoutMs: QUERY_TIMEOUT_MS })), (made) => made.clickhouse.close());
  const admin = clients.kafka.admin();
  await admin.connect();
  workplace.onClose(() => admin.disconnect());
  await prepare(clients);
  const supervisor = new Supervisor();
  workplace.onClose(() => supervisor.stop());
  const publisher = new RunningPublisher(platform.env);
  workplace.onClose(async () => publisher.end());
  const secrets = loadSecrets(dir);
  const env = { ...platform.env, TIDEWAY_SCHEMAS: fiveSegments(dir) };
  const ours = serviceChild('segments', { env, secrets, ports: await choosePorts(), logs: path.join(dir, 'logs') });
  const theirs = streamsChild(program, { env: platform.env, dir, application: STREAMS_APPLICATION, input: INPUT, output: STREAMS_OUTPUT });
  return {
    platform, clients, supervisor, publisher,
    readers: {
      tideway: { name: 'tideway', topic: productOf(clients.products, 'segments.memberships').topic, group: 'segments', child: ours },
      streams: { name: 'streams', topic: STREAMS_OUTPUT, group: STREAMS_APPLICATION, child: theirs },
    },
    recordsOnTopic: () => patiently(async () => (await admin.fetchTopicOffsets(INPUT)).reduce((sum, { high }) => sum + Number(high), 0)),
    lagOf: (group) => patiently(async () => {
      const ends = new Map((await admin.fetchTopicOffsets(INPUT)).map(({ partition, high }) => [partition, Number(high)]));
      const [committed] = await admin.fetchOffsets({ groupId: group, topics: [INPUT] });
      return committed!.partitions.reduce((sum, { partition, offset }) => sum + ends.get(partition)! - Math.max(0, Number(offset)), 0);
    }),
    membersOf: (group) => patiently(async () => (await admin.describeGroups([group])).groups[0]?.members.length ?? 0),
  };
}

/** A broker's coordinators move and load while groups are new, which it tells as errors that pass. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Topics, and the table that the warehouse would make. */
async function prepare(clients: Clients): Promise<void> {
  const { partitions } = productOf(clients.products, 'segments.memberships');
  await ensureTopics(clients.kafka, clients.products, [{ topic: STREAMS_OUTPUT, partitions, compacted: false }]);
  await createIdentities(clients);
}

/** The publisher's process, from here. */
export class RunningPublisher {
  readonly #child;
  /** Rejects where it fails, and never resolves: what is measured meanwhile is raced against it. */
  readonly failed: Promise<never>;

  constructor(env: Record<string, string>) {
    this.#child = fork(path.join(workspaceRoot, 'infra/bench/dist/streams/publish.js'), { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.failed = new Promise((_resolve, reject) => {
      this.#child.on('message', (message: PublishMessage) => void (message.type === 'failed' && reject(new Error(`activities could not be published: ${message.message}`))));
      this.#child.once('exit', (code, signal) => reject(new Error(`the publisher ended before its time (${signal ?? code}): the run does not count`)));
    });
    // Whoever awaits it reports it.
    this.failed.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves when `published` is told, for the orders that are answered. */
  async ask(order: PublishOrder): Promise<Extract<PublishMessage, { type: 'published' }>> {
    const answer = new Promise<Extract<PublishMessage, { type: 'published' }>>((resolve) => {
      const listen = (message: PublishMessage) => {
        if (message.type !== 'published') return;
        this.#child.off('message', listen);
        resolve(message);
      };
      this.#child.on('message', listen);
    });
    this.#child.send(order);
    return Promise.race([answer, this.failed]);
  }

  /** Publishes what happens now, until it is asked to stop. */
  goLive(perSecond: number): void {
    this.#child.send({ type: 'live', perSecond } satisfies PublishOrder);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
