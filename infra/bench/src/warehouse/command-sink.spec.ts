import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Workplace } from '@tideway/mesh';
import { commandSink } from './command-sink.js';

const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-sink-'));
const workplace = new Workplace('bench-test');
const product = { topic: 'bench.impressions.v1', database: 'bench', table: 'impressions_v1' };
const platform = { env: { KAFKA_BROKERS: '127.0.0.1:9', SCHEMA_REGISTRY_URL: 'http://registry', CLICKHOUSE_URL: 'http://clickhouse', CLICKHOUSE_USERNAME: 'u', CLICKHOUSE_PASSWORD: 'p' } };

/** Nothing of the platform is reached by what is tested here: the sinks are small commands. */
const sink = (command: string, stopTimeoutMs?: number) =>
  commandSink({ name: 'my-sink', command }, { product, clickhouse: undefined } as never, { workplace, schemas: '/schemas', platform }, stopTimeoutMs);

async function fileOf(name: string): Promise<string> {
  const file = path.join(dir, name);
  for (let i = 0; i < 200 && (!existsSync(file) || readFileSync(file, 'utf8') === ''); i += 1) await sleep(25);
  return readFileSync(file, 'utf8').trim();
}

/** One that has ended, and that nobody has waited for, does not run. */
const isRunning = (pid: number) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

afterAll(async () => {
  await workplace.close();
  rmSync(dir, { recursive: true });
});

describe('a further sink', () => {
  it('is told what to read and where to write, and has a table of its own', async () => {
    const made = sink(`echo "$BENCH_TOPIC $BENCH_GROUP $BENCH_DATABASE $BENCH_TABLE $KAFKA_BROKERS $SCHEMA_REGISTRY_URL $CLICKHOUSE_URL $CLICKHOUSE_USERNAME $CLICKHOUSE_PASSWORD $TIDEWAY_SCHEMAS" > ${dir}/told; sleep 60`);
    const running = made.start('my-sink-1');
    expect(await fileOf('told')).toBe('bench.impressions.v1 my-sink-1 bench impressions_by_my_sink 127.0.0.1:9 http://registry http://clickhouse u p /schemas');
    expect([made.name, made.table]).toEqual(['my-sink', 'impressions_by_my_sink']);
    await running.stop();
  });

  it('is ended by SIGTERM as a whole, and may take its time', async () => {
    // sh itself ends at once: what it has started is waited for.
    const running = sink(`(trap 'sleep 0.5; echo done > ${dir}/graceful; exit' TERM; echo $$ > ${dir}/ready; while :; do sleep 0.05; done) & wait`).start('g');
    await fileOf('ready');
    await running.stop();
    expect(readFileSync(path.join(dir, 'graceful'), 'utf8').trim()).toBe('done');
  });

  it('is killed, with what it has started, where it does not end', async () => {
    const running = sink(`trap '' TERM; sleep 60 & echo $! > ${dir}/child; wait`, 300).start('g');
    const child = Number(await fileOf('child'));
    const root = running.trees!()['my-sink']!;
    expect([isRunning(root), isRunning(child)]).toEqual([true, true]);
    await running.stop();
    expect([isRunning(root), isRunning(child)]).toEqual([false, false]);
  });

  it('is reported with its last output where it dies before it is ended', async () => {
    const running = sink('echo connecting; echo "no such topic" >&2; exit 3').start('g');
    await expect(running.died).rejects.toThrow(/the sink my-sink ended \(exit code 3\) before the rows were in; its last output:\nconnecting\nno such topic/);
    await running.stop();
  });
});
