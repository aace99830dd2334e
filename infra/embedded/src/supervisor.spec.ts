import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlatformError } from './errors.js';
import { identify } from './processes.js';
import type { ChildEvent, ChildSpec } from './supervised-child.js';
import { Supervisor } from './supervisor.js';
import { watchdogPid } from './watchdog.js';

let dir: string;
let events: ChildEvent[];
let supervisor: Supervisor;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'supervisor-'));
  events = [];
  supervisor = new Supervisor((event) => events.push(event));
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(dir, { recursive: true });
});

const shell = (script: string, more: Partial<ChildSpec> = {}): ChildSpec => ({ name: 'child', command: '/bin/sh', args: ['-c', script], logFile: path.join(dir, 'child.log'), ...more });
const pid = () => supervisor.pids()['child'];
const exits = () => events.filter((event) => event.type === 'exited');

describe('Supervisor', () => {
  it('restarts a child that dies, later each time', async () => {
    await supervisor.start(shell('sleep 0.05'));
    await sleep(1_200);
    expect(exits().slice(0, 3).map(({ restartInMs }) => restartInMs)).toEqual([100, 200, 400]);
  });

  it('restarts a child that is killed, and says when it serves again', async () => {
    await supervisor.start(shell('exec sleep 60'));
    const first = pid();
    supervisor.kill('child');
    await supervisor.ready('child');
    expect(pid()).not.toBe(first);
    expect(identify(pid()!)).toBeDefined();
  });

  it('restarts at once, however often, a child that it was told to kill', async () => {
    await supervisor.start(shell('exec sleep 60'));
    for (let round = 0; round < 4; round += 1) {
      supervisor.kill('child');
      await supervisor.ready('child');
    }
    expect(exits().map(({ restartInMs }) => restartInMs)).toEqual([100, 100, 100, 100]);
  });

  it('waits until the child serves', async () => {
    const servesAt = Date.now() + 200;
    await supervisor.start(shell('exec sleep 60', { probe: async () => Date.now() >= servesAt }));
    expect(Date.now()).toBeGreaterThanOrEqual(servesAt);
  });

  it('shows the end of the log of a child that ends before it serves, and does not restart it', async () => {
    const start = supervisor.start(shell('echo starting; echo cannot bind to port >&2; exit 3', { probe: async () => false }));
    await expect(start).rejects.toThrow(PlatformError);
    await expect(start).rejects.toThrow(/child ended before it was ready.*starting\ncannot bind to port/s);
    expect(exits()).toEqual([expect.objectContaining({ code: 3, restartInMs: undefined })]);
    expect(supervisor.pids()).toEqual({});
  });

  it('gives up on a first start that takes too long', async () => {
    const start = supervisor.start(shell('exec sleep 60', { probe: async () => false, readyTimeoutMs: 200 }));
    await expect(start).rejects.toThrow('child was not ready after 0.2 s');
    expect(supervisor.pids()).toEqual({});
  });

  it('names a program that does not exist', async () => {
    await expect(supervisor.start(shell('', { command: '/nowhere/java' }))).rejects.toThrow(/child cannot be started: .*\/nowhere\/java/);
  });

  it('stops a child with its signal', async () => {
    await supervisor.start(shell('trap "echo stopped; exit 0" INT; while :; do sleep 0.05; done', { stopSignal: 'SIGINT' }));
    await sleep(100);
    await supervisor.stop();
    expect(readFileSync(path.join(dir, 'child.log'), 'utf8')).toBe('stopped\n');
    expect(exits()).toEqual([expect.objectContaining({ expected: true, code: 0 })]);
  });

  it('kills a child that does not stop in time, with what it started', async () => {
    await supervisor.start(shell('trap "" TERM; sleep 60 & echo $!; wait; while :; do sleep 0.05; done', { stopTimeoutMs: 200 }));
    await sleep(100);
    const grandchild = Number(readFileSync(path.join(dir, 'child.log'), 'utf8'));
    expect(identify(grandchild)).toBeDefined();
    await supervisor.stop();
    expect(exits()).toEqual([expect.objectContaining({ signal: 'SIGKILL' })]);
    await sleep(50);
    expect(identify(grandchild)).toBeUndefined();
  });

  it('has a watchdog just while it has children, and replaces one that dies', async () => {
    await supervisor.start(shell('exec sleep 60'));
    const first = watchdogPid()!;
    process.kill(first, 'SIGKILL');
    await sleep(100);
    expect(watchdogPid()).not.toBe(first);
    expect(identify(watchdogPid()!)).toBeDefined();
    await supervisor.stop();
    expect(watchdogPid()).toBeUndefined();
  });
});
