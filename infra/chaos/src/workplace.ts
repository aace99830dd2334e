// The directory that a run works in, and everything that runs in it: gone at the end, also after Ctrl-C.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';
import { unmount } from './small-disk.js';

const chaosDirectory = path.join(workspaceRoot, '.tideway/chaos');
const ofAPlatform = /^(KAFKA|SCHEMA_REGISTRY|CLICKHOUSE)_|^TIDEWAY_(?!CACHE$)/;

export class Workplace {
  readonly dir = path.join(chaosDirectory, `${process.pid}-${randomUUID().slice(0, 8)}`);
  readonly #stops: (() => Promise<void>)[] = [];
  interrupted = false;
  #closing: Promise<void> | undefined;

  /** `keep` leaves the directory, logs and data, where it is; a file system of its own would not stay, so there is none then. */
  constructor(readonly keep = false) {
    deleteAbandoned();
    mkdirSync(this.dir, { recursive: true });
    // A platform or ports that the environment names are somebody else's: what is broken here is this run's own.
    for (const name of Object.keys(process.env)) if (ofAPlatform.test(name)) delete process.env[name];
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Closes it before its time, as Ctrl-C does. */
  interrupt(): Promise<void> {
    this.interrupted = true;
    return this.close();
  }

  /** Stops something when the workplace closes: what was added last first. */
  onClose(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop().catch((error: unknown) => console.error(error));
    if (!this.keep) rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Left by runs that were killed: no process has the number that the directory's name begins with.
function deleteAbandoned(): void {
  mkdirSync(chaosDirectory, { recursive: true });
  for (const name of readdirSync(chaosDirectory)) {
    if (isRunning(Number.parseInt(name, 10))) continue;
    unmount(clickhouseData(path.join(chaosDirectory, name)));
    rmSync(path.join(chaosDirectory, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where the platform of a workplace has ClickHouse's data. */
export function clickhouseData(dir: string): string {
  return path.join(dir, 'platform/clickhouse/data');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
