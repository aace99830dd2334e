// A disk without space: ClickHouse refuses inserts and merges until it has some again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFault } from './fault.js';

export const fullDisk: RunFault = async ({ arena: { disk } }, { seconds }) => {
  if (!disk) return { skipped: 'there is no small file system: this machine does not let us mount one, or the run is kept' };
  const filled = disk.fill();
  await sleep(seconds * 1_000);
  disk.free();
  return filled ? undefined : { skipped: 'the small file system could not be filled while files grew' };
};
