// Negative controls: the checker finds what is wrong with builds that are deliberately broken.
import { describe, expect, it } from '@jest/globals';
import { CONTROLS } from '../controls/controls.js';
import { leftOver, runChaos } from './program.js';

describe('the checker', () => {
  it.each(Object.keys(CONTROLS))('finds what is wrong with a build: %s', async (name) => {
    const { code, output } = await runChaos(['--control', name, '--seed', '3']);
    expect([code, code === 0 ? '' : output.slice(-4_000)]).toEqual([0, '']);
    expect(output).toContain('The checker found it: ');
    expect(leftOver()).toEqual([]);
  }, 400_000);
});
