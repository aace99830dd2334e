// The directory that a run works in, and everything that runs in it: gone at the end, also after Ctrl-C.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';

const benchDirectory = path.join(workspaceRoot, '.tideway/bench');
const ofAPlatform = /^(KAFKA|SCHEMA_REGISTRY|CLICKHOUSE)_|^TIDEWAY_(?!CACHE$)/;

type Stop = () => Promise<void>;

export class Workplace {
  readonly dir = path.join(benchDirectory, `${process.pid}-${randomUUID().slice(0, 8)}`);
  readonly #stops: Stop[] = [];
  #closing: Promise<void> | undefined;

  constructor() {
    deleteAbandoned();
    mkdirSync(this.dir, { recursive: true });
    // A platform or ports that the environment names are somebody else's: what is measured here is this run's own.
    for (const name of Object.keys(process.env)) if (ofAPlatform.test(name)) delete process.env[name];
  }

  /**
   * Resolves with what is being started, and stops it when the workplace closes, even if it is not started by then.
   * The function that is returned stops it before.
   */
  async own<T>(starting: Promise<T>, stop: (started: T) => void | Promise<void>): Promise<[T, Stop]> {
    const end = this.onClose(() => starting.then(stop, () => undefined));
    return [await starting, end];
  }

  /** Stops something, once: when the workplace closes, or when the function that is returned is called. */
  onClose(stop: Stop): Stop {
    let stopped: Promise<void> | undefined;
    const once = () => (stopped ??= stop());
    this.#stops.push(once);
    return once;
  }

  /** Stops everything, the last started first, and deletes the directory. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop().catch((error: unknown) => console.error(error));
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Left by runs that were killed: no process has the number that the directory's name begins with.
function deleteAbandoned(): void {
  mkdirSync(benchDirectory, { recursive: true });
  for (const name of readdirSync(benchDirectory)) {
    if (!isRunning(Number.parseInt(name, 10))) rmSync(path.join(benchDirectory, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
