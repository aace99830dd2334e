// How much of its processors a virtual machine does not get: what is measured then says little of what runs on it.
import { readFileSync } from 'node:fs';

/** Ticks since the machine has started, of all processors. */
export interface ProcessorTimes {
  all: number;
  /** While somebody wanted to run, another machine of the same host did. */
  stolen: number;
}

/** Of the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)); undefined where it is none. */
export function parseProcessorTimes(text: string): ProcessorTimes | undefined {
  const ticks = /^cpu +(\d+(?: \d+){7})/.exec(text)?.[1]?.split(' ').map(Number);
  return ticks && { all: ticks.reduce((sum, n) => sum + n, 0), stolen: ticks[7]! };
}

/** Begins to measure; gives, whenever it is called, the share (0 to 1) of the processor time since then that was stolen, undefined where that is not known. */
export function measureStolen(read: () => string = readStat): () => number | undefined {
  const before = parseProcessorTimes(read());
  return () => {
    const now = parseProcessorTimes(read());
    return before && now && now.all > before.all ? (now.stolen - before.stolen) / (now.all - before.all) : undefined;
  };
}

function readStat(): string {
  try {
    return readFileSync('/proc/stat', 'utf8');
  } catch {
    return '';
  }
}
