import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { endedChildrenCpuSeconds, endedCpuSecondsOf, treeOf, treeUsageOf } from './process-tree.js';

/** A third of a second of processor time. */
const BURN = `"${process.execPath}" -e 'const b = process.cpuUsage(); while (process.cpuUsage(b).user < 300000);'`;

describe('endedCpuSecondsOf', () => {
  it('reads the time of children that have ended', () => {
    expect(endedCpuSecondsOf('7 (a) b (c) R 1 7 7 0 -1 0 0 0 0 0 100 50 20 5 20 0 1 0 5 0 0')).toBe(0.25);
  });
});

describe('treeOf', () => {
  const entry = (pid: number, parent: number, session: number) => ({ pid, parent, session });

  it('has descendants, and whom an ended one has left behind', () => {
    const entries = [entry(10, 1, 10), entry(12, 11, 10), entry(11, 10, 10), entry(13, 12, 13), entry(14, 1, 10), entry(20, 1, 20)];
    expect(treeOf(entries, 10).map(({ pid }) => pid)).toEqual([10, 12, 11, 13, 14]);
  });

  it('is empty where the root is gone', () => {
    expect(treeOf([entry(11, 1, 10)], 10)).toEqual([]);
  });
});

describe('treeUsageOf', () => {
  it('counts a child of a child, while it lives and after it has ended', async () => {
    const shell = spawn('/bin/sh', ['-c', `sh -c '${BURN.replaceAll("'", `'\\''`)}; echo ended; sleep 30'; true`], { detached: true });
    await once(shell.stdout, 'data');
    const { cpuSeconds, rssBytes } = treeUsageOf({ sink: shell.pid! }).get('sink')!;
    process.kill(-shell.pid!, 'SIGKILL');
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.3);
    expect(rssBytes).toBeGreaterThan(100_000);
    await once(shell, 'exit');
    expect(() => treeUsageOf({ sink: shell.pid! })).toThrow('sink (process');
  });
});

describe('endedChildrenCpuSeconds', () => {
  it('grows by what a child and its own children have used', async () => {
    const before = endedChildrenCpuSeconds();
    await once(spawn('/bin/sh', ['-c', `${BURN}; true`], { stdio: 'ignore' }), 'exit');
    expect(endedChildrenCpuSeconds() - before).toBeGreaterThanOrEqual(0.3);
  });
});
