// Questions about processes that are not our children: is that one still the one we knew?
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told apart from a later one of the same pid by when it started. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; equal for the same process only. */
  startTime: string;
}

/** Who runs as `pid` now; undefined if nobody does (a zombie is nobody). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isRunning(known: ProcessIdentity): boolean {
  return identify(known.pid)?.startTime === known.startTime;
}

/** Signals a process group; one that is gone already is no error. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pgid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills what is left of these group leaders and waits, at most `timeoutMs`, until they are gone. */
export async function killLeftovers(leaders: readonly ProcessIdentity[], timeoutMs = 5_000): Promise<void> {
  const left = leaders.filter(isRunning);
  for (const { pid } of left) signalGroup(pid, 'SIGKILL');
  const deadline = Date.now() + timeoutMs;
  while (left.some(isRunning) && Date.now() < deadline) await sleep(20);
}

// proc(5): field 3 of /proc/PID/stat is the state, field 22 the start time in clock ticks since boot.
// The second field, the command in brackets, may hold spaces and brackets.
function startTimeFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
