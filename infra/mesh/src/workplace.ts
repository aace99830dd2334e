// The directory that a run of a tool works in, and everything that runs in it: gone at the end, also after Ctrl-C.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';

const ofAPlatform = /^(KAFKA|SCHEMA_REGISTRY|CLICKHOUSE)_|^TIDEWAY_(?!CACHE$)/;

export type Stop = () => Promise<void>;

export interface WorkplaceOptions {
  /** Leaves the directory, logs and data, where it is. */
  keep?: boolean;
  /** Called before a directory is deleted that a run left which was killed. */
  onAbandoned?(dir: string): void;
}

export class Workplace {
  readonly dir: string;
  readonly keep: boolean;
  readonly #stops: Stop[] = [];
  #closing: Promise<void> | undefined;

  /** `tool` names the folder below .tideway. */
  constructor(tool: string, { keep = false, onAbandoned }: WorkplaceOptions = {}) {
    const folder = path.join(workspaceRoot, '.tideway', tool);
    this.dir = path.join(folder, `${process.pid}-${randomUUID().slice(0, 8)}`);
    this.keep = keep;
    deleteAbandoned(folder, onAbandoned);
    mkdirSync(this.dir, { recursive: true });
    // A platform or ports that the environment names are somebody else's: what runs here is this run's own.
    for (const name of Object.keys(process.env)) if (ofAPlatform.test(name)) delete process.env[name];
  }

  get closing(): boolean {
    return this.#closing !== undefined;
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
    if (!this.keep) rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Left by runs that were killed: no process has the number that the directory's name begins with.
function deleteAbandoned(folder: string, onAbandoned?: (dir: string) => void): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (isRunning(Number.parseInt(name, 10))) continue;
    const dir = path.join(folder, name);
    onAbandoned?.(dir);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
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
