// A further sink given as a command, on the real platform: the decoding consumer, started by a shell as anybody's would be.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nodeBinary, workspaceRoot } from '@tideway/embedded';
import { Workplace } from '@tideway/mesh';
import { runWarehouse } from '../warehouse/run.js';

const RECORDS = 5_000;
const script = path.join(workspaceRoot, 'infra/bench/dist/warehouse/decoding-consumer.js');

describe('a further sink', () => {
  it('stores the same rows as the warehouse, counts with what its shell has started, and is gone afterwards', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-sink-'));
    const workplace = new Workplace('bench-test');
    try {
      const command = `"${nodeBinary()}" "${script}" & echo $! > ${dir}/pid; wait`;
      const result = await runWarehouse(workplace, { records: RECORDS, rounds: 1, ways: ['tideway'], sinks: [{ name: 'by-command', command }] }, () => undefined);
      expect([result.sameRows, result.contenders.map(({ name }) => name)]).toEqual([true, ['tideway', 'by-command']]);
      const [round] = result.contenders[1]!.rounds;
      // A shell that only waits takes none; what it has started decodes for a tenth of a second or more.
      expect(round!.cpu['by-command']).toBeGreaterThan(0.03);
      const stat = `/proc/${readFileSync(path.join(dir, 'pid'), 'utf8').trim()}/stat`;
      // Gone, or ended and not waited for.
      expect(existsSync(stat) ? /\) (.)/.exec(readFileSync(stat, 'utf8'))![1] : 'Z').toBe('Z');
    } finally {
      await workplace.close();
      rmSync(dir, { recursive: true });
    }
  });
});
