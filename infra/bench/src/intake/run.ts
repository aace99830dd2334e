// How many events the web service takes in: Kafka and the registry run and nothing else of the mesh, each way and load in turn.
import path from 'node:path';
import { startPlatform } from '@tideway/embedded';
import { createKafka, ensureTopics, type Kafka } from '@tideway/kafka';
import type { Workplace } from '@tideway/mesh';
import { createLogger, kafkaShape, loadConfig } from '@tideway/service';
import { Connections, send, type NativeRequest } from '@tideway/simulator';
import type { LoadResult } from '../load/generator.js';
import { startLoad } from '../load/start.js';
import { cpuBetween, usageOf } from '../processes.js';
import { LOADS, trackRequests, type CallsOptions, type LoadName } from './calls.js';
import { CONTENDERS, TOPICS, startContender, type ContenderName, type RunningContender } from './contenders.js';

export interface IntakeOptions {
  /** Of each run, measured. */
  seconds: number;
  warmUpSeconds: number;
  rounds: number;
}

export interface IntakeRound {
  eventsPerSecond: number;
  /** Processor seconds of the measured time: of the service's process, of the broker's and of the load generator's. */
  cpuSeconds: { service: number; broker: number; load: number };
  seconds: number;
  events: number;
  /** Milliseconds from sending to answer. */
  answerMs: { p50: number; p99: number; max: number };
}

export interface IntakeRun {
  name: ContenderName;
  load: LoadName;
  rounds: IntakeRound[];
}

export interface IntakeResult extends IntakeOptions {
  loads: Record<LoadName, CallsOptions>;
  runs: IntakeRun[];
}

const PARTITIONS = 6;

interface Ground {
  dir: string;
  env: Record<string, string>;
  kafka: Kafka;
  workplace: Workplace;
  options: IntakeOptions;
  pids(): Record<string, number>;
}

/** Rejects where an answer is not as expected, or what was accepted is not what stands on the topic: such a run does not count. */
export async function runIntake(workplace: Workplace, options: IntakeOptions, onProgress: (line: string) => void): Promise<IntakeResult> {
  const dir = path.join(workplace.dir, 'intake');
  const [platform, stop] = await workplace.own(startPlatform({ dir, onProgress, parts: { clickhouse: false } }), (started) => started.stop());
  try {
    const kafka = createKafka(loadConfig(kafkaShape, platform.env), 'bench', createLogger('bench', 'silent'));
    const ground: Ground = { dir, env: platform.env, kafka, workplace, options, pids: () => platform.pids() };
    await createTopic(kafka, TOPICS.usual);
    const runs = (Object.keys(LOADS) as LoadName[]).flatMap((load) => CONTENDERS.map((name): IntakeRun => ({ name, load, rounds: [] })));
    for (let number = 1; number <= options.rounds; number += 1) {
      for (const { name, load, rounds } of runs) {
        const round = await runRound(ground, name, load);
        rounds.push(round);
        const { eventsPerSecond, cpuSeconds: { service }, events, answerMs } = round;
        onProgress(`${name}, ${load}, round ${number} of ${options.rounds}: ${Math.round(eventsPerSecond)} events/s, ${Math.round(events / service)} per CPU-s of the service, p99 ${answerMs.p99.toFixed(1)} ms`);
      }
    }
    return { ...options, loads: LOADS, runs };
  } finally {
    await stop();
  }
}

/** The contender is a new process each time: what the other one does while it waits costs this one nothing. */
async function runRound(ground: Ground, name: ContenderName, load: LoadName): Promise<IntakeRound> {
  const [contender, stop] = await ground.workplace.own(startContender(name, ground.dir, ground.env), (started) => started.stop());
  try {
    const pids = { service: contender.pid, broker: ground.pids()['kafka-1']! };
    await sendFirst(contender);
    const before = await recordsOf(ground.kafka, TOPICS[name]);
    const { result, cpu } = await sendLoad(ground, contender, LOADS[load], pids);
    check(name, result, (await recordsOf(ground.kafka, TOPICS[name])) - before);
    const { events, seconds, cpuSeconds } = result.timed;
    const { p50, p99, max } = result.timings.fromSend;
    return { eventsPerSecond: events / seconds, events, seconds, cpuSeconds: { service: cpu.get('service')!, broker: cpu.get('broker')!, load: cpuSeconds }, answerMs: { p50, p99, max } };
  } finally {
    await stop();
  }
}

/** The first request has topics made and schemas registered, which may take longer than a sender waits: it is tried until it is taken. */
async function sendFirst({ targets }: RunningContender): Promise<void> {
  const connections = new Connections();
  try {
    const { status, text } = await send(trackRequests(LOADS.single).next().value as NativeRequest, targets, { connections });
    if (status !== 200) throw new Error(`the first request was answered ${status}: ${text}`);
  } finally {
    connections.close();
  }
}

async function sendLoad({ workplace, options: { seconds, warmUpSeconds } }: Ground, { targets }: RunningContender, calls: CallsOptions, pids: Record<string, number>) {
  const load = startLoad({ targets, calls, concurrency: calls.connections, seconds: warmUpSeconds + seconds, timedAfterSeconds: warmUpSeconds });
  const stopLoad = workplace.onClose(async () => load.stop());
  try {
    await Promise.race([load.timed, load.failed]);
    const before = usageOf(pids);
    const result = await load.result;
    return { result, cpu: cpuBetween(before, usageOf(pids)) };
  } finally {
    await stopLoad();
  }
}

function check(name: ContenderName, { totals }: LoadResult, stored: number): void {
  const { sent, accepted, retries, differences } = totals;
  if (differences.length > 0) throw new Error(`${name} answered otherwise than it must, the first time: ${differences[0]}`);
  if (retries > 0) throw new Error(`${name} refused ${retries} requests, or did not answer them: the run does not count`);
  if (accepted !== sent || stored !== accepted) throw new Error(`${name} was sent ${sent} events and accepted ${accepted}, and ${stored} records came to stand on ${TOPICS[name]}`);
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  await ensureTopics(kafka, [], [{ topic, partitions: PARTITIONS, compacted: false }]);
}

/** Without transactions, offsets are records: none is a marker. */
async function recordsOf(kafka: Kafka, topic: string): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return 0;
    return (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
  });
}

async function withAdmin<T>(kafka: Kafka, action: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await action(admin);
  } finally {
    await admin.disconnect();
  }
}
