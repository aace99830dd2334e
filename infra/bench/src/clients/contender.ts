// One round of one client on one path: a process of its own, from its start to its end.
import path from 'node:path';
import { nodeBinary, runCommand, workspaceRoot, type Installation } from '@tideway/embedded';
import { endedChildrenCpuSeconds } from '../process-tree.js';
import { cpuBetween, totalOf, usageOf } from '../processes.js';
import { javaTool, type RecordSizes } from './java.js';
import type { Answer, Order, Path } from './paths.js';

/** Short names of the clients. */
export type ClientName = 'kafkajs' | 'tideway' | 'platformatic' | 'java';

/** Who takes part in what, in the order of turns. */
export const CONTENDERS: Record<Path, readonly ClientName[]> = {
  produce: ['kafkajs', 'tideway', 'platformatic', 'java'],
  consume: ['kafkajs', 'tideway', 'platformatic', 'java'],
  // kafkajs has no loop of transactions of its own: ours is what there is to measure.
  transact: ['tideway', 'platformatic', 'java'],
  latency: ['kafkajs', 'tideway', 'platformatic', 'java'],
};

/** What a round runs in. */
export interface ClientBed {
  installation: Installation;
  /** For files. */
  dir: string;
  sizes: RecordSizes;
  /** The broker's process. */
  pids(): Record<string, number>;
}

export interface ClientRound extends Answer {
  /** Of the client's process, all of its life. */
  cpuSeconds: number;
  brokerCpuSeconds: number;
}

/** Java's copier prints a line for each transaction, the first of which is wanted. */
const OUTPUT_CHARACTERS = 4 * 1024 * 1024;

/** Rejects, with what the process said at the end, where it fails. */
export async function runClient(bed: ClientBed, client: ClientName, order: Order): Promise<ClientRound> {
  const { command, args, read } = programOf(bed, client, order);
  const before = { broker: usageOf(bed.pids()), client: endedChildrenCpuSeconds() };
  const { code, output } = await runCommand(command, args, undefined, OUTPUT_CHARACTERS);
  const cpuSeconds = endedChildrenCpuSeconds() - before.client;
  const brokerCpuSeconds = totalOf(cpuBetween(before.broker, usageOf(bed.pids())));
  if (code !== 0) throw new Error(`${client} failed at ${order.path} (exit code ${code}): ${output.trim().slice(-1_500)}`);
  return { ...read(output), cpuSeconds, brokerCpuSeconds };
}

function programOf({ installation, sizes, dir }: ClientBed, client: ClientName, order: Order): { command: string; args: string[]; read: (output: string) => Answer } {
  if (client === 'java') {
    const { args, read } = javaTool(order, sizes, dir);
    // The heap of Kafka's own scripts for these tools.
    return { command: installation.java.binary, args: ['-Xmx512m', '-cp', installation.kafkaClassPath, ...args], read };
  }
  // The built one, from a test too.
  const script = path.join(workspaceRoot, 'infra/bench/dist/clients', client === 'platformatic' ? 'platformatic.js' : 'kafkajs.js');
  return {
    command: nodeBinary(), args: ['--disable-warning=TimeoutNegativeWarning', script, client, JSON.stringify(order)],
    // A library may have said something before.
    read: (output) => JSON.parse(output.trim().split('\n').at(-1)!) as Answer,
  };
}
