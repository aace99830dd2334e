// The workplace of a run of the harness: a file system of its own may be mounted in it.
import path from 'node:path';
import { Workplace } from '@tideway/mesh';
import { unmount } from './small-disk.js';

export class ChaosWorkplace extends Workplace {
  interrupted = false;

  /** `keep` leaves the directory, logs and data, where it is; a file system of its own would not stay, so there is none then. */
  constructor(keep = false) {
    super('chaos', { keep, onAbandoned: (dir) => unmount(clickhouseData(dir)) });
  }

  /** Closes it before its time, as Ctrl-C does. */
  interrupt(): Promise<void> {
    this.interrupted = true;
    return this.close();
  }
}

/** Where the platform of a workplace has ClickHouse's data. */
export function clickhouseData(dir: string): string {
  return path.join(dir, 'platform/clickhouse/data');
}
