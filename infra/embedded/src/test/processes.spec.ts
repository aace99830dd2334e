// The platform as a program: whatever ends it, nothing of it keeps running, and the next start works.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { installPlatform } from '../index.js';
import { identify, isRunning, type ProcessIdentity } from '../processes.js';
import { nodeBinary, workspaceRoot } from '../workspace.js';
import { newDirectory } from './directories.js';

const program = path.join(workspaceRoot, 'infra/embedded/dist/main.js');
const dir = newDirectory();

beforeAll(async () => {
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build" first`);
  await installPlatform(() => undefined);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Started {
  process: ChildProcess;
  pid: number;
  /** Everything it started: the parts and the watchdog. */
  children: ProcessIdentity[];
  watchdog: ProcessIdentity;
}

async function start(): Promise<Started> {
  const env = { ...process.env, TIDEWAY_KAFKA_PORT: '0', TIDEWAY_REGISTRY_PORT: '0', TIDEWAY_CLICKHOUSE_HTTP_PORT: '0', TIDEWAY_CLICKHOUSE_TCP_PORT: '0' };
  // Its own group, as a terminal would give it: Ctrl-C goes to the whole group.
  const child = spawn(nodeBinary(), [program, '--dir', dir], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('Ctrl-C stops it')) resolve();
    });
    child.on('exit', () => reject(new Error(`it ended: ${said}`)));
  });
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const rows = processes.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((row) => row?.[2] === String(child.pid));
  const identities = rows.map((row) => ({ ...identify(Number(row![1]))!, args: row![3]! }));
  const watchdog = identities.find(({ args }) => args.includes('watchdog.sh'))!;
  expect(identities).toHaveLength(4);
  return { process: child, pid: child.pid!, children: identities, watchdog };
}

async function expectGone(processes: readonly ProcessIdentity[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (processes.some(isRunning) && Date.now() < deadline) await sleep(50);
  expect(processes.filter(isRunning)).toEqual([]);
}

const exitCode = (child: ChildProcess) => new Promise((resolve) => child.once('exit', (code) => resolve(code)));

it('leaves nothing behind when it is killed with -9', async () => {
  const { pid, children } = await start();
  process.kill(pid, 'SIGKILL');
  await expectGone(children, 3_000);
});

it('replaces its watchdog, and so leaves nothing behind when both are killed with -9, one after the other', async () => {
  const { pid, children, watchdog } = await start();
  process.kill(watchdog.pid, 'SIGKILL');
  await sleep(500);
  process.kill(pid, 'SIGKILL');
  await expectGone(children, 3_000);
});

it('ends at its next start what is left when it and its watchdog are killed at the same moment', async () => {
  const { pid, children, watchdog } = await start();
  // Frozen, it cannot replace the watchdog before it dies.
  process.kill(pid, 'SIGSTOP');
  process.kill(watchdog.pid, 'SIGKILL');
  process.kill(pid, 'SIGKILL');
  await sleep(300);
  expect(children.filter(isRunning)).toHaveLength(3);
  const next = await start();
  await expectGone(children, 0);
  const exited = exitCode(next.process);
  process.kill(-next.pid, 'SIGINT');
  expect(await exited).toBe(0);
  await expectGone(next.children, 1_000);
});

it('stops everything at SIGTERM', async () => {
  const { process: child, pid, children } = await start();
  const exited = exitCode(child);
  process.kill(pid, 'SIGTERM');
  expect(await exited).toBe(0);
  await expectGone(children, 1_000);
});
