// A further way from the topic into ClickHouse: any command, given by the environment what to read and where to write.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgetGroup, watchGroup } from '@tideway/embedded';
import { groupRuns } from '../process-tree.js';
import { makeTable, type Place } from './contenders.js';
import type { Bed, Contender, Running } from './contender.js';

export interface SinkCommand {
  /** Lower-case letters, digits and hyphens: a part of its table's name. */
  name: string;
  /** For /bin/sh. */
  command: string;
}

/** What it is told beside what services are told of the platform (KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CLICKHOUSE_URL, CLICKHOUSE_USERNAME, CLICKHOUSE_PASSWORD). */
export interface SinkEnvironment {
  BENCH_TOPIC: string;
  BENCH_GROUP: string;
  BENCH_DATABASE: string;
  BENCH_TABLE: string;
  /** A copy of schemas/ in which the product is. */
  TIDEWAY_SCHEMAS: string;
}

/** What it needs of where it runs. */
export type SinkPlace = Pick<Place, 'workplace' | 'schemas'> & { platform: Pick<Place['platform'], 'env'> };

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const LAST_OUTPUT_CHARACTERS = 2_000;

/** `stopTimeoutMs` is what it has after SIGTERM to end by itself. */
export function commandSink(sink: SinkCommand, bed: Pick<Bed, 'clickhouse' | 'product'>, place: SinkPlace, stopTimeoutMs = STOP_TIMEOUT_MS): Contender {
  const { product } = bed;
  const table = `impressions_by_${sink.name.replaceAll('-', '_')}`;
  return {
    name: sink.name, table, prepare: () => makeTable(bed, table),
    start: (group) => startCommand(sink, { BENCH_TOPIC: product.topic, BENCH_GROUP: group, BENCH_DATABASE: product.database, BENCH_TABLE: table, TIDEWAY_SCHEMAS: place.schemas }, place, stopTimeoutMs),
  };
}

/** It counts with its descendants, and is ended as the process group that it leads: SIGTERM, and SIGKILL for what is left of it. */
function startCommand({ name, command }: SinkCommand, env: SinkEnvironment, { workplace, platform }: SinkPlace, stopTimeoutMs: number): Running {
  const logFile = path.join(workplace.dir, 'logs', `sink-${name}.log`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...platform.env, ...env } });
  closeSync(log);
  const { pid } = child;
  const died = Promise.withResolvers<void>();
  // Whoever awaits it reports it.
  died.promise.catch(() => undefined);
  child.on('error', died.reject);
  if (pid === undefined) return { started: Promise.resolve(), died: died.promise, pids: () => ({}), stop: async () => undefined };
  watchGroup(pid);
  child.on('exit', (code, signal) => {
    died.reject(new Error(`the sink ${name} ended (${signal ?? `exit code ${code}`}) before the rows were in; its last output:\n${readFileSync(logFile, 'utf8').slice(-LAST_OUTPUT_CHARACTERS).trim()}`));
  });
  const stop = workplace.onClose(async () => {
    await endGroup(pid, stopTimeoutMs);
    forgetGroup(pid);
  });
  return { started: Promise.resolve(), died: died.promise, pids: () => ({}), trees: () => ({ [name]: pid }), stop };
}

/** Resolves when nobody of the group runs any more. */
async function endGroup(pgid: number, timeoutMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroup(pgid, signal);
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(POLL_MS)) {
      if (!groupRuns(pgid)) return;
    }
  }
}

function signalGroup(pgid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pgid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
