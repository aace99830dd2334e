// A loop in a process of its own, to be killed or paused by tests: `node dist/test/loop-child.js '<settings as JSON>'`,
// with an IPC channel on which it tells what it does.
import { Metrics, sleep } from '@tideway/service';
import { consumeBlocks } from '../consume-blocks.js';
import { consumeTransactions } from '../consume-transactions.js';
import type { Block } from '../cursor.js';
import { Cluster, silent } from './cluster.js';

export interface ChildSettings {
  brokers: string;
  kind: 'blocks' | 'transactions';
  groupId: string;
  topic: string;
  maxRecords: number;
  sessionTimeoutMs: number;
  /** Milliseconds that it takes over a block of `topic`; infinite where absent. */
  workMs?: number;
  /** Topic that a `transactions` child writes `<name>:<value>` to. */
  output?: string;
  name?: string;
  /** group.instance.id; a dynamic member where absent. */
  instanceId?: string;
}

/** What the child tells: a block that it begins, and one that is done. */
export interface ChildReport {
  event: 'begun' | 'done';
  block: Pick<Block, 'partition' | 'from' | 'to' | 'at' | 'epoch' | 'redo'>;
}

const settings = JSON.parse(process.argv[2]!) as ChildSettings;
const { kafka } = new Cluster({ KAFKA_BROKERS: settings.brokers, ...(settings.instanceId === undefined ? {} : { KAFKA_GROUP_INSTANCE_ID: settings.instanceId }) });
const work = () => (settings.workMs === undefined ? new Promise<void>(() => undefined) : sleep(settings.workMs));
const tell = (event: ChildReport['event'], { partition, from, to, at, epoch, redo }: Block) => process.send!({ event, block: { partition, from, to, at, epoch, redo } } satisfies ChildReport);

async function handle(blocks: Block[]): Promise<void> {
  for (const block of blocks) tell('begun', block);
  await work();
  for (const block of blocks) tell('done', block);
}

const options = {
  kafka, logger: silent, metrics: new Metrics('child'), groupId: settings.groupId, topics: [settings.topic],
  limits: { maxRecords: settings.maxRecords }, sessionTimeoutMs: settings.sessionTimeoutMs, maxWaitMs: 50,
};
const loop = settings.kind === 'blocks'
  ? consumeBlocks({ ...options, onBlocks: handle })
  : consumeTransactions({
    ...options,
    unitOf: (_topic, partition) => String(partition),
    open: async () => ({
      async process(blocks) {
        for (const block of blocks) await handle([block]);
        return [{ topic: settings.output!, messages: blocks.flatMap((block) => block.messages.map(({ value }) => ({ partition: 0, value: `${settings.name}:${String(value)}` }))) }];
      },
    }),
  });
await loop.start();
