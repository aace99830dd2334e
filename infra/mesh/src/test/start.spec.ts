// `npm start -- --events N --exit` as a script runs it: it checks every promise, exits 0 and leaves no process behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@tideway/embedded';
import { processesNaming, runProgram, waitFor } from '@tideway/testing';
import { inventedFacts } from './activity-shapes.js';
import { askQuestions } from './analyst-questions.js';

const program = path.join(workspaceRoot, 'infra/mesh/dist/start.js');
const evaluate = path.join(workspaceRoot, 'infra/mesh/dist/evaluate.js');

const temporary = () => mkdtempSync(path.join(tmpdir(), 'tideway-start-'));

describe('npm start', () => {
  it('exits 0 after its checks, twice on the same data, and leaves nothing running', async () => {
    const dir = temporary();
    for (const seed of ['11', '12']) {
      const { code, output } = await runProgram(program, ['--events', '1500', '--exit', '--seed', seed], { env: { TIDEWAY_DIR: dir } });
      expect([code, code === 0 ? '' : output.slice(-1_500)]).toEqual([0, '']);
      // The last request is sent whole.
      expect(output).toMatch(/ok {4} {2}totals: sent 1[56]\d\d = stored \d+ \+ quarantined \d+ \+ rejected \d+ \+ resends \d+ \+ restated [1-9]/);
      expect(output).toMatch(/events {4}web [1-9]\d* {3}crm [1-9]\d* {3}email [1-9]\d* {3}paid-media [1-9]/);
      expect(output).toMatch(/ok {4} {2}campaign days: [1-9]\d* days of ads, restated [1-9]/);
    }
    expect(processesNaming(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  }, 240_000);

  it('tells the story of a customer and the shop\'s history, goes on live, is scored against the truth, answers analysts, and stops on Ctrl-C', async () => {
    const dir = temporary();
    const env = { TIDEWAY_DIR: dir };
    expect(await runProgram(evaluate, [], { env })).toEqual({ code: 1, output: expect.stringContaining('truth.ndjson: `npm start` writes it') });
    let score = '';
    let problems = ['nobody asked'];
    let invented = ['nobody asked'];
    const DAY_MS = 86_400_000;
    // A seed whose month has a deal, orders, and mails after them, whatever day it ends on.
    const { code, output } = await runProgram(program, ['--days', '30', '--sessions', '12', '--seed', '32'], {
      env,
      interruptAt: 'latency   event to segment p50',
      beforeInterrupt: async (printed) => {
        score = (await runProgram(evaluate, [], { env })).output;
        // Rows are on their way still.
        await waitFor(async () => (problems = await askQuestions(printed)).length === 0, { timeoutMs: 60_000, intervalMs: 1_000 }).catch(() => undefined);
        const until = Date.now();
        invented = await inventedFacts(printed, { seed: 32, from: until - 30 * DAY_MS, sessionsPerDay: 12, until });
      },
    });
    expect([problems, invented]).toEqual([[], []]);
    expect([code, code === 0 ? '' : output.slice(-1_500)]).toEqual([0, '']);
    for (const text of ['Following Ada Berg', 'segment high-intent: entered', 'profile_merged', 'npm run -s tideway -- topic tail', 'curl -s', 'day 30 of 30', 'goes on live']) expect(output).toContain(text);
    expect(output).not.toContain('Not as expected');
    expect(Number(/precision +(\d\.\d{4})/.exec(score)?.[1])).toBeGreaterThan(0.99);
    expect(Number(/recall +(\d\.\d{4})/.exec(score)?.[1])).toBeGreaterThan(0.3);
    expect(processesNaming(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  }, 240_000);
});
