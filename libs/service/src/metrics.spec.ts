import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
const MB = 2 ** 20;

/** More than 50 MB. */
const fill = () => Array.from({ length: 1_000_000 }, (_, i) => [i]);

describe('tideway_heap_live_bytes', () => {
  it('is what a full collection leaves, whatever is in use before the next', async () => {
    const { registry } = new Metrics('test');
    const lives = async () => Number(/^tideway_heap_live_bytes\S* (\S+)$/m.exec(await registry.metrics())![1]);
    const afterCollecting = async () => {
      collect();
      await sleep(50);
      return lives();
    };
    const before = await afterCollecting();
    const held = fill();
    expect(await lives()).toBeLessThan(before + 20 * MB);
    expect(await afterCollecting()).toBeGreaterThan(before + 50 * MB);
    held.length = 0;
    expect(await afterCollecting()).toBeLessThan(before + 20 * MB);
  });
});
