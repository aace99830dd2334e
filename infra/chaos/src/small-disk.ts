// A file system of its own for a part of the platform, in memory, that can be made full and given space again: Linux's
// tmpfs (https://docs.kernel.org/filesystems/tmpfs.html). It takes the right to mount.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statfsSync } from 'node:fs';

const WHOLE_BYTES = 6 * 2 ** 30;
const PAGE_BYTES = 4_096;

export class SmallDisk {
  private constructor(private readonly dir: string) {}

  /** Mounts it at `dir`; undefined where this machine does not let us. */
  static mount(dir: string): SmallDisk | undefined {
    if (process.platform !== 'linux') return undefined;
    mkdirSync(dir, { recursive: true });
    return run('mount', ['-t', 'tmpfs', '-o', `size=${WHOLE_BYTES}`, 'tmpfs', dir]) ? new SmallDisk(dir) : undefined;
  }

  /** Takes all space that is free; true where nothing can be written any more. Files grow while it is asked: it is tried again. */
  fill(): boolean {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { blocks, bfree, bsize } = statfsSync(this.dir);
      const used = Number(blocks - bfree) * Number(bsize);
      if (run('mount', ['-o', `remount,size=${used + PAGE_BYTES * attempt}`, this.dir])) return true;
    }
    return false;
  }

  /** Gives the space back. */
  free(): void {
    if (!run('mount', ['-o', `remount,size=${WHOLE_BYTES}`, this.dir])) throw new Error(`${this.dir} could not be given space again: mount refuses`);
  }

  unmount(): void {
    unmount(this.dir);
  }
}

/** Unmounts what is mounted at `dir`, if anything is; what still has files there keeps them until it ends. */
export function unmount(dir: string): void {
  if (process.platform === 'linux' && readFileSync('/proc/mounts', 'utf8').includes(` ${dir} `)) run('umount', ['-l', dir]);
}

function run(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
