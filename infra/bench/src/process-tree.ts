// What a command costs with all that it starts: processes that live, and those that have ended by now.
import { readFileSync, readdirSync } from 'node:fs';
import { TICKS_PER_SECOND, cpuSecondsOf, fieldsAfterCommand, rssBytesOf, type Usage } from './processes.js';

/** One line of /proc/PID/stat (proc_pid_stat(5)): who belongs to whom, and what was used. */
interface Entry {
  pid: number;
  /** One letter; Z has ended. */
  state: string;
  parent: number;
  group: number;
  session: number;
  cpuSeconds: number;
}

/** cutime + cstime, fields 16 and 17 of /proc/PID/stat, in seconds: of children that ended and were waited for, and theirs. */
export function endedCpuSecondsOf(stat: string): number {
  const fields = fieldsAfterCommand(stat);
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Processor time of all children of this process that have ended, with all that they had started and waited for. */
export const endedChildrenCpuSeconds = () => endedCpuSecondsOf(readFileSync('/proc/self/stat', 'utf8'));

/**
 * Usage by name of root process: its own, of its descendants, of those in its session, and of those of them that have
 * ended and were waited for. Throws where the root is gone.
 */
export function treeUsageOf(roots: Record<string, number>): Map<string, Usage> {
  const names = Object.entries(roots);
  if (names.length === 0) return new Map();
  const entries = allEntries();
  return new Map(names.map(([name, root]) => {
    const members = treeOf(entries, root);
    if (members.length === 0) throw new Error(`${name} (process ${root}) ended while it was measured: the run does not count`);
    return [name, { cpuSeconds: members.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0), rssBytes: members.reduce((sum, { pid }) => sum + rssOf(pid), 0) }];
  }));
}

/** The root, its descendants and whoever is in its session: a command that ended may have left some behind. Empty where the root is gone. */
export function treeOf<T extends Pick<Entry, 'pid' | 'parent' | 'session'>>(entries: T[], root: number): T[] {
  if (!entries.some(({ pid }) => pid === root)) return [];
  const members = new Set([root]);
  for (let size = 0; size < members.size;) {
    size = members.size;
    for (const { pid, parent, session } of entries) if (members.has(parent) || session === root) members.add(pid);
  }
  return entries.filter(({ pid }) => members.has(pid));
}

/** Whether anybody of the process group still runs; one that has ended and that nobody waits for does not. */
export const groupRuns = (group: number) => allEntries().some((entry) => entry.group === group && entry.state !== 'Z');

const allEntries = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap(entryOf);

function entryOf(pid: string): Entry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = fieldsAfterCommand(stat);
    return [{ pid: Number(pid), state: fields[0]!, parent: Number(fields[1]), group: Number(fields[2]), session: Number(fields[3]), cpuSeconds: cpuSecondsOf(stat) + endedCpuSecondsOf(stat) }];
  } catch {
    // It has ended since the folder was read.
    return [];
  }
}

function rssOf(pid: number): number {
  try {
    return rssBytesOf(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return 0;
  }
}
