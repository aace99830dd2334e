// Four minutes of faults by a fixed seed on one broker, and at the same time four by a random one on three: every promise
// holds. And Ctrl-C leaves nothing behind.
import { describe, expect, it } from '@jest/globals';
import { leftOver, runChaos } from './program.js';

const SEED = '7';
/** TIDEWAY_SEED repeats a run whose seed was printed. */
const RANDOM_SEED = process.env['TIDEWAY_SEED'] ?? String(Math.floor(Math.random() * 1_000_000));

/** What a run said, with its failures first: CI may show the begin of it only. */
function whatFailed(output: string): string {
  return [...output.split('\n').filter((line) => line.includes('FAILED')), output.slice(-6_000)].join('\n');
}

describe('npm run chaos', () => {
  it('keeps every promise through four minutes of faults on one broker and on three, says so in a table, and leaves nothing running', async () => {
    process.stderr.write(`Faults: --seed ${SEED} --brokers 1, --seed ${RANDOM_SEED} --brokers 3 --rate 30\n`);
    const runs = await Promise.all([runChaos(['--seed', SEED, '--minutes', '4']), runChaos(['--seed', RANDOM_SEED, '--minutes', '4', '--brokers', '3', '--rate', '30'])]);
    expect(runs.filter(({ code }) => code !== 0).map(({ output }) => whatFailed(output)).join('\n\n')).toBe('');
    for (const { output } of runs) expect(output).toMatch(/^fault +times +recovery p50 +recovery max +lost +doubled$/m);
    expect(runs[0]!.output).toMatch(new RegExp(`^seed ${SEED}, 1 broker, 60 events/s, .* [1-9]\\d* faults, .*: every promise held$`, 'm'));
    expect(runs[1]!.output).toMatch(new RegExp(`^seed ${RANDOM_SEED}, 3 brokers, 30 events/s, .* [1-9]\\d* faults, .*: every promise held$`, 'm'));
    expect(leftOver()).toEqual([]);
  }, 1_500_000);

  it('stops on Ctrl-C, in the middle of everything', async () => {
    const { code, output } = await runChaos(['--seed', '1', '--minutes', '5', '--only', 'pause'], 'The mesh runs');
    expect([code, code === 130 ? '' : output.slice(-2_000)]).toEqual([130, '']);
    expect(leftOver()).toEqual([]);
  }, 240_000);
});
