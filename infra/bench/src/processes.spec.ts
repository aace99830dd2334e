import { describe, expect, it } from '@jest/globals';
import { cpuBetween, cpuSecondsOf, rssBytesOf, totalOf, usageOf } from './processes.js';

const usage = (cpuSeconds: number) => ({ cpuSeconds, rssBytes: 0 });

describe('cpuSecondsOf', () => {
  it('adds user and kernel time', () => {
    expect(cpuSecondsOf('18679 (node) S 1 18679 18679 0 -1 4194560 90813 0 12 0 1250 340 0 0 20 0 70 0 508000 3384934400 87388')).toBe(15.9);
  });

  it('is not misled by a command with spaces and brackets', () => {
    expect(cpuSecondsOf('7 (a) b (c) R 1 7 7 0 -1 0 0 0 0 0 100 50 9 9 20 0 1 0 5 0 0')).toBe(1.5);
  });
});

describe('rssBytesOf', () => {
  it('reads kilobytes as bytes', () => {
    expect(rssBytesOf('Name:\tnode\nVmPeak:\t  900 kB\nVmRSS:\t  349552 kB\nRssAnon:\t 1 kB\n')).toBe(349_552 * 1024);
  });

  it('is 0 for a process without memory', () => {
    expect(rssBytesOf('Name:\tkworker\nState:\tI (idle)\n')).toBe(0);
  });
});

describe('usageOf', () => {
  it('sees the work of this process', () => {
    const before = usageOf({ self: process.pid });
    const begin = process.cpuUsage();
    let turns = 0;
    while (process.cpuUsage(begin).user < 200_000) turns += 1;
    const used = cpuBetween(before, usageOf({ self: process.pid })).get('self')!;
    expect(turns).toBeGreaterThan(0);
    expect(used).toBeGreaterThanOrEqual(0.15);
    expect(before.get('self')!.rssBytes).toBeGreaterThan(1_000_000);
  });

  it('says which process is gone', () => {
    expect(() => usageOf({ clickhouse: 2 ** 30 })).toThrow('clickhouse (process 1073741824) ended while it was measured');
  });
});

describe('cpuBetween', () => {
  it('counts all of a process that came in between', () => {
    const spent = cpuBetween(new Map([['kafka', usage(2)]]), new Map([['kafka', usage(2.5)], ['node', usage(1)]]));
    expect(spent).toEqual(new Map([['kafka', 0.5], ['node', 1]]));
    expect(totalOf(spent)).toBe(1.5);
  });

  it('refuses a process that was started anew', () => {
    expect(() => cpuBetween(new Map([['kafka', usage(2)]]), new Map([['kafka', usage(0.1)]]))).toThrow('kafka was started anew');
  });
});
