// What a full collection leaves, in a process of its own: whatever else is in a heap is collected with it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const metrics = fileURLToPath(new URL('../../dist/metrics.js', import.meta.url));

/** Tells the metric's MB after a collection, beside 50 MB that are held and not collected, after another, and after they were let go. */
const PROGRAM = `
  const { Metrics } = await import(${JSON.stringify(metrics)});
  const { registry } = new Metrics('test');
  const lives = async () => Number(/^tideway_heap_live_bytes\\S* (\\S+)$/m.exec(await registry.metrics())[1]) / 2 ** 20;
  const afterCollecting = async () => {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return lives();
  };
  const told = [await afterCollecting()];
  const held = Array.from({ length: 1_000_000 }, (_, i) => [i]);
  told.push(await lives(), await afterCollecting());
  held.length = 0;
  told.push(await afterCollecting());
  console.log(JSON.stringify(told));
`;

describe('tideway_heap_live_bytes', () => {
  it('is what a full collection leaves, whatever is in use before the next', () => {
    // With so large a young generation, nothing is collected in between that nobody has asked for.
    const [first, between, full, last] = JSON.parse(execFileSync(process.execPath, ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128', '--input-type=module', '-e', PROGRAM], { encoding: 'utf8' })) as number[];
    expect(first).toBeGreaterThan(1);
    expect(between).toBe(first);
    expect(full).toBeGreaterThan(first! + 50);
    expect(last).toBeLessThan(first! + 20);
  });
});
