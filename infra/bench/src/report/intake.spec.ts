import { describe, expect, it } from '@jest/globals';
import { LOADS, type LoadName } from '../intake/calls.js';
import type { ContenderName } from '../intake/contenders.js';
import type { IntakeRun } from '../intake/run.js';
import { intakeSection } from './intake.js';

function run(name: ContenderName, load: LoadName, rates: number[]): IntakeRun {
  const rounds = rates.map((eventsPerSecond) => ({
    eventsPerSecond, seconds: 10, events: eventsPerSecond * 10, cpuSeconds: { service: name === 'usual' ? 10 : 5, broker: 2.5, load: 4 }, answerMs: { p50: 12.34, p99: 56.78, max: 90 },
  }));
  return { name, load, rounds };
}

const section = (batches: number[]) => intakeSection({
  date: '2026-11-21', loadBefore: 0.1,
  machine: { cores: 2, processor: 'A processor', memoryGb: 8, system: 'Linux', versions: { node: '24.9.0', java: '17', kafka: '4.3.1', registry: 'Apicurio 3' } },
  seconds: 10, warmUpSeconds: 5, rounds: batches.length, loads: LOADS,
  runs: [run('tideway', 'batches', batches), run('usual', 'batches', [4_000]), run('tideway', 'single', [2_499]), run('usual', 'single', [2_499])],
}).join('\n');

const lineOf = (text: string, begin: string) => text.split('\n').find((line) => line.startsWith(`| ${begin} |`));

describe('the section about the intake', () => {
  it('gives the median of the rounds, events per CPU-second apart, and every round', () => {
    expect(lineOf(section([7_000, 9_000, 8_000]), 'Tideway: the web service')).toBe('| Tideway: the web service | 8,000 | 16,000 | 32,000 | 0.50 | 0.25 | 0.40 | 12.3 ms | 56.8 ms | 7,000 / 9,000 / 8,000 |');
  });

  it('says which goals are reached and which are missed', () => {
    const text = section([8_000]);
    expect(lineOf(text, 'events/s in batches of 100')).toBe('| events/s in batches of 100 | 8,000 | 8,000 | reached |');
    expect(lineOf(text, 'single requests/s')).toBe('| single requests/s | 2,500 | 2,499 | **missed** |');
  });

  it('compares with what one would write oneself, and says what it ran on and how to run it again', () => {
    const text = section([8_000]);
    expect(text).toContain('in batches: 2.00 times the events a second, 4.00 times the events per CPU-second of the service, 2.00 times those of the broker.');
    expect(text).toContain('Java 17, Kafka 4.3.1, Apicurio 3. Load');
    expect(text).toContain('16 connections with a batch of 100');
    expect(text).toContain('`npm run bench -- intake --seconds 10 --warm-up 5 --rounds 1`');
  });
});
