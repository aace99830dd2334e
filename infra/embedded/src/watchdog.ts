// One small process that outlives this one just long enough to end the process groups it started.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { childDirectory } from './workspace.js';

const script = path.join(childDirectory, 'watchdog.sh');
const groups = new Set<number>();
let watchdog: ChildProcess | undefined;

/** From now on, the process group `pgid` dies with this process, whatever ends it. */
export function watchGroup(pgid: number): void {
  groups.add(pgid);
  if (watchdog === undefined) startWatchdog();
  else tell(`+ ${pgid}\n`);
}

/** The group has ended: its number may soon be somebody else's. */
export function forgetGroup(pgid: number): void {
  if (!groups.delete(pgid)) return;
  tell(`- ${pgid}\n`);
  if (groups.size > 0) return;
  watchdog?.stdin?.end();
  watchdog = undefined;
}

/** The watchdog's pid, while it has something to watch. */
export function watchdogPid(): number | undefined {
  return watchdog?.pid;
}

// Own process group: Ctrl-C in the terminal must not end the watchdog before its time.
function startWatchdog(): void {
  const started = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watchdog = started;
  // A dead watchdog is replaced at once; a write that it did not read is repeated here, so EPIPE is no error.
  started.stdin.on('error', () => undefined);
  started.on('error', () => undefined);
  started.on('exit', () => {
    if (watchdog !== started) return;
    watchdog = undefined;
    if (groups.size > 0) startWatchdog();
  });
  // Neither keeps this process alive.
  started.unref();
  (started.stdin as unknown as { unref(): void }).unref();
  tell([...groups].map((pgid) => `+ ${pgid}\n`).join(''));
}

function tell(lines: string): void {
  watchdog?.stdin?.write(lines);
}
