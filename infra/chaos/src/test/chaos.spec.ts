// A minute of faults by a fixed seed, as CI has it in more minutes: every promise holds. And Ctrl-C leaves nothing behind.
import { describe, expect, it } from '@jest/globals';
import { leftOver, runChaos } from './program.js';

const SEED = process.env['TIDEWAY_SEED'] ?? '7';

describe('npm run chaos', () => {
  it('keeps every promise through a minute of faults, says so in a table, and leaves nothing running', async () => {
    const { code, output } = await runChaos(['--seed', SEED, '--minutes', '1']);
    expect([code, code === 0 ? '' : output.slice(-4_000)]).toEqual([0, '']);
    expect(output).toMatch(/^fault +times +recovery p50 +recovery max +lost +doubled$/m);
    expect(output).toMatch(new RegExp(`^seed ${SEED}, 1 broker, 60 events/s, .* [4-9]\\d* faults, .*: every promise held$`, 'm'));
    expect(leftOver()).toEqual([]);
  }, 400_000);

  it('stops on Ctrl-C, in the middle of everything', async () => {
    const { code, output } = await runChaos(['--seed', '1', '--minutes', '5', '--only', 'pause'], 'The mesh runs');
    expect([code, code === 130 ? '' : output.slice(-2_000)]).toEqual([130, '']);
    expect(leftOver()).toEqual([]);
  }, 120_000);
});
