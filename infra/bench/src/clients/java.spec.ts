import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { javaTool, readConsumer, readCopier, readLatency, readProducer } from './java.js';
import type { Order, Path } from './paths.js';

const order = (one: Path): Order => ({ path: one, broker: '127.0.0.1:9092', topic: 'in', records: 2_500, output: 'out', group: 'g', file: '' });

describe('what Java\'s tools print', () => {
  it('is read from ProducerPerformance, of the whole run and not of a part', () => {
    const output = [
      '1200 records sent, 240.0 records/sec (0.05 MB/sec), 1.0 ms avg latency, 2.0 ms max latency.',
      '2500 records sent, 5000.000000 records/sec (1.35 MB/sec), 125.95 ms avg latency, 397.00 ms max latency, 123 ms 50th, 140 ms 95th, 143 ms 99th, 144 ms 99.9th.',
    ].join('\n');
    expect(readProducer(output)).toEqual({ records: 2_500, seconds: 0.5 });
  });

  it('is read from ConsumerPerformance by its headings', () => {
    const output = [
      'WARNING: something first',
      'start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec',
      '2026-11-21 10:43:05:506, 2026-11-21 10:43:05:933, 0.5000, 1.3233, 2500, 5854.8009, 303, 124, 4.5569, 20161.2903',
    ].join('\n');
    expect(readConsumer(output)).toEqual({ records: 2_500, bytes: 524_288, seconds: 0.427 });
  });

  it('is read from TransactionalMessageCopier, polls that brought nothing not counted as transactions', () => {
    const line = (stage: string, time: string, totalProcessed: number) => JSON.stringify({ transactionalId: 't', stage, time: `2026/11/21 10:43:${time}`, totalProcessed, consumed: totalProcessed, remaining: 0 });
    const output = [line('ProcessLoop', '06:904', 0), line('RebalanceComplete', '07:049', 0), line('ProcessLoop', '07:110', 0), line('ProcessLoop', '08:023', 1_000), line('ShutdownComplete', '08:904', 1_500)].join('\n');
    expect(readCopier(output)).toEqual({ records: 1_500, seconds: 2, transactions: 2 });
  });

  it('is read from EndToEndLatency', () => {
    expect(readLatency('0\t67.827291\nAvg latency: 6.0000 ms\nPercentiles: 50th = 4, 99th = 67, 99.9th = 67\n', 50)).toEqual({ records: 50, seconds: 0.3, arrived: { p50: 4, p99: 67 } });
  });

  it.each([['ProducerPerformance', readProducer], ['ConsumerPerformance', readConsumer], ['TransactionalMessageCopier', readCopier], ['EndToEndLatency', (output: string) => readLatency(output, 1)]] as const)('is shown where %s has given no result', (tool, read) => {
    expect(() => read('Exception: no broker')).toThrow(`${tool} has not printed its result: Exception: no broker`);
  });
});

describe('javaTool', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-java-'));
  const argsOf = (one: Path) => javaTool(order(one), { key: 36, value: 201 }, dir).args;

  it('asks for the same guarantees as our publisher and loops do', () => {
    expect(argsOf('produce')).toEqual(expect.arrayContaining(['acks=all', 'enable.idempotence=true', 'compression.type=none', 'max.in.flight.requests.per.connection=1', '237']));
    expect(argsOf('consume')).toEqual(expect.arrayContaining(['isolation.level=read_committed', '--group', 'g']));
    expect(argsOf('transact')).toEqual(expect.arrayContaining(['--group-mode', '--use-group-metadata', '1000']));
    const settings = argsOf('latency').at(-1)!;
    expect(readFileSync(settings, 'utf8')).toBe('enable.idempotence=true\nisolation.level=read_committed\n');
    rmSync(dir, { recursive: true });
  });
});
