// Lock files that name their holder, so that a second taker can say who it is, and a dead holder frees them.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { identify, isRunning, type ProcessIdentity } from './processes.js';

export interface Lock {
  release(): void;
}

/** Somebody who is alive holds the lock. Retryable: later, it may be free. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  constructor(
    readonly file: string,
    readonly holder: ProcessIdentity,
  ) {
    super(`${file} is held by process ${holder.pid}`);
  }
}

/**
 * Takes the lock for this process; a lock whose holder is dead is taken over.
 * @throws LockHeld when a live process, this one included, has it.
 */
export function acquireLock(file: string): Lock {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = identify(process.pid);
  if (own === undefined) throw new Error('this process cannot be identified: is /proc mounted, or ps installed?');
  const content = JSON.stringify(own);
  const prepared = `${file}.${randomUUID()}`;
  writeFileSync(prepared, content);
  try {
    for (;;) {
      try {
        // link(2) is atomic and the file is complete at once: no reader sees an empty lock.
        linkSync(prepared, file);
        return { release: () => releaseLock(file, content) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const found = read(file);
      const holder = found === undefined ? undefined : parse(found);
      if (holder !== undefined && isRunning(holder)) throw new LockHeld(file, holder);
      if (found !== undefined) removeStale(file, found);
    }
  } finally {
    rmSync(prepared, { force: true });
  }
}

/** The live holder of a lock file, if there is one. */
export function lockHolder(file: string): ProcessIdentity | undefined {
  const found = read(file);
  const holder = found === undefined ? undefined : parse(found);
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

function releaseLock(file: string, content: string): void {
  if (read(file) === content) rmSync(file, { force: true });
}

// Two processes may find the same stale lock. Moving it away is atomic; who moves away the fresh lock of
// the other, instead, puts it back.
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

// What does not parse was not written by a living process of ours: stale.
function parse(content: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime } = JSON.parse(content) as Partial<ProcessIdentity>;
    return Number.isInteger(pid) && typeof startTime === 'string' ? { pid: pid!, startTime } : undefined;
  } catch {
    return undefined;
  }
}
