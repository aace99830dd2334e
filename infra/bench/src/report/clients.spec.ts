import { describe, expect, it } from '@jest/globals';
import type { ClientName } from '../clients/contender.js';
import { GUARANTEES } from '../clients/guarantees.js';
import { PATHS, type Path } from '../clients/paths.js';
import type { ClientResult } from '../clients/run.js';
import { clients } from './clients.js';
import type { Results } from './results.js';

function result(name: ClientName, path: Path, seconds: number[], more: Partial<ClientResult> = {}): ClientResult {
  return { name, path, failures: [], rounds: seconds.map((one) => ({ seconds: one, records: 1_000, cpuSeconds: one * 2, brokerCpuSeconds: 0.5, ...(path === 'latency' ? { arrived: { p50: one, p99: one * 3 } } : {}) })), ...more };
}

function measured(platformatic: number, more: Partial<NonNullable<Results['clients']>> = {}): NonNullable<Results['clients']> {
  return {
    date: '2026-11-21', loadBefore: 0.1, records: { produce: 1_000, consume: 1_000, transact: 1_000, latency: 1_000 }, rounds: 3, recordBytes: 237, versions: { kafkajs: '2.2.4', '@platformatic/kafka': '2.12.1' },
    machine: { cores: 2, processor: 'A processor', memoryGb: 24, system: 'Linux', versions: { node: '24', java: '17', kafka: '4.3.1', registry: '', clickhouse: '' } },
    results: PATHS.flatMap((path) => [result('tideway', path, [3, 1, 1.5]), result('platformatic', path, [platformatic])]),
    aborted: [{ name: 'tideway' }, { name: 'platformatic' }], ...more,
  };
}

const textOf = (result: NonNullable<Results['clients']>) => clients(result).join('\n');
const linesOf = (text: string, start: string) => text.split('\n').filter((line) => line.startsWith(`| ${start}`));

describe('the page on Kafka clients', () => {
  it('compares each client with kafkajs as libs/kafka has it, by medians', () => {
    const text = textOf(measured(0.75));
    expect(linesOf(text, 'kafkajs, as libs/kafka has it')[0]).toBe('| kafkajs, as libs/kafka has it | 667 | 1.00 x | 1.50 | 3.00 | 0.50 | 3.00, 1.00, 1.50 |');
    expect(linesOf(text, '@platformatic/kafka')[0]).toBe('| @platformatic/kafka | 1,333 | 2.00 x | 0.75 | 1.50 | 0.50 | 0.75 |');
    expect(text).toContain('`npm run bench:peers -- --clients --records 1000 --rounds 3`');
  });

  it('reaches the goal at 1.5 times, and not below', () => {
    expect(linesOf(textOf(measured(1)), 'Consume')).toEqual(['| Consume | 1.5 times | 1.50 x | 1.50 x | reached |']);
    expect(linesOf(textOf(measured(1.01)), 'Consume')).toEqual(['| Consume | 1.5 times | 1.49 x | 1.49 x | **not reached** |']);
  });

  it('does not offer a faster client whose guarantees are less, and says which', () => {
    const text = textOf(measured(0.5));
    for (const { what, equal } of GUARANTEES) expect([what, text.split('missing: ')[1]!.includes(what)]).toEqual([what, !equal]);
    expect(text).toContain('It is faster by that on all three, without equal guarantees');
    expect(text).not.toContain('it should be offered');
  });

  it('says who was given aborted records', () => {
    const text = textOf(measured(1, { aborted: [{ name: 'tideway' }, { name: 'platformatic', problem: 'was given 300 records' }] }));
    expect(text).toContain('**@platformatic/kafka was given 300 records**. The others were given committed records only.');
    expect(text).toContain('; read_committed, as tried)');
    expect(textOf(measured(1))).toContain('All were given committed records only.');
  });

  it('names a client that failed, and does without its figures', () => {
    const results = [result('tideway', 'produce', [1]), result('platformatic', 'produce', [], { failures: ['round 1: produce: records: 990 instead of 1000\nand more'] })];
    const text = textOf(measured(1, { results }));
    expect(text).toContain('**@platformatic/kafka failed in 1 rounds**, the first: round 1: produce: records: 990 instead of 1000\n');
    expect(linesOf(text, 'Produce')).toEqual(['| Produce | 1.5 times | not measured |  | **not reached** |']);
  });
});
