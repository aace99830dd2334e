// `npm start -- --events N --exit` as a script runs it: it checks every promise, exits 0 and leaves no process behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@tideway/embedded';
import { processesNaming, runProgram } from '@tideway/testing';

const program = path.join(workspaceRoot, 'infra/mesh/dist/start.js');

/** Runs the program; `interruptAt` sends SIGINT when that text is printed. */
function run(dir: string, args: string[], interruptAt?: string): ReturnType<typeof runProgram> {
  return runProgram(program, args, { env: { TIDEWAY_DIR: dir }, interruptAt });
}

describe('npm start', () => {
  it('exits 0 after its checks, twice on the same data, and leaves nothing running', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-start-'));
    for (const seed of ['11', '12']) {
      const { code, output } = await run(dir, ['--events', '1500', '--exit', '--seed', seed]);
      expect([code, code === 0 ? '' : output.slice(-1_500)]).toEqual([0, '']);
      expect(output).toMatch(/ok {4} {2}totals: sent 1500 = stored \d+ \+ quarantined \d+ \+ rejected \d+ \+ resends \d+/);
    }
    expect(processesNaming(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  }, 240_000);

  it('tells the story of a customer, sends on, and stops on Ctrl-C', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tideway-start-'));
    const { code, output } = await run(dir, [], 'latency   event to segment p50');
    expect([code, code === 0 ? '' : output.slice(-1_500)]).toEqual([0, '']);
    for (const text of ['Following Ada Berg', 'segment high-intent: entered', 'profile_merged', 'npm run -s tideway -- topic tail', 'curl -s']) expect(output).toContain(text);
    expect(processesNaming(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  }, 240_000);
});
