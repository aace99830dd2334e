// What processes cost: processor time and memory, from Linux's /proc.
import { readFileSync } from 'node:fs';

/** What one process has used so far. */
export interface Usage {
  /** Processor time of all its threads, the ended ones included, in user and kernel mode. */
  cpuSeconds: number;
  /** Resident memory now. */
  rssBytes: number;
}

/** Clock ticks of /proc a second: USER_HZ, which is 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;

/** Fields of /proc/PID/stat from the third on: the second, the command in brackets, may hold spaces and brackets. */
export const fieldsAfterCommand = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** utime + stime, fields 14 and 15 of /proc/PID/stat (proc_pid_stat(5)), in seconds. */
export function cpuSecondsOf(stat: string): number {
  const fields = fieldsAfterCommand(stat);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** VmRSS of /proc/PID/status (proc_pid_status(5)), in bytes; 0 for a process that has no memory any more. */
export function rssBytesOf(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Usage by name of process. Throws where one is gone: what it used since the last look would be missing. */
export function usageOf(pids: Record<string, number>): Map<string, Usage> {
  return new Map(Object.entries(pids).map(([name, pid]) => {
    try {
      return [name, { cpuSeconds: cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8')), rssBytes: rssBytesOf(readFileSync(`/proc/${pid}/status`, 'utf8')) }];
    } catch (error) {
      throw new Error(`${name} (process ${pid}) ended while it was measured: the run does not count`, { cause: error });
    }
  }));
}

/** Processor seconds by process between two looks. Throws where a process of `after` is another one than before. */
export function cpuBetween(before: Map<string, Usage>, after: Map<string, Usage>): Map<string, number> {
  return new Map([...after].map(([name, { cpuSeconds }]) => {
    const since = cpuSeconds - (before.get(name)?.cpuSeconds ?? 0);
    if (since < 0) throw new Error(`${name} was started anew while it was measured: the run does not count`);
    return [name, since];
  }));
}

export const totalOf = (values: Map<string, number>) => [...values.values()].reduce((sum, value) => sum + value, 0);
