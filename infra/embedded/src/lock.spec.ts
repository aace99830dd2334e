import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireLock, lockHolder, LockHeld } from './lock.js';
import { identify } from './processes.js';
import { nodeBinary, workspaceRoot } from './workspace.js';

const dir = mkdtempSync(path.join(tmpdir(), 'lock-'));
const file = path.join(dir, 'lock');
const lockModule = path.join(workspaceRoot, 'infra/embedded/dist/lock.js');

beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(dir, { recursive: true }));

describe('acquireLock', () => {
  it('refuses a lock that is held, and says who has it', () => {
    const lock = acquireLock(file);
    expect(() => acquireLock(file)).toThrow(LockHeld);
    expect(lockHolder(file)).toEqual(identify(process.pid));
    lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' })],
    ['an earlier process with the pid of a living one', JSON.stringify({ pid: process.pid, startTime: '1' })],
    ['nobody: it was not written to its end', '{"pid":'],
  ])('takes over the lock of %s', (_whose, content) => {
    writeFileSync(file, content);
    acquireLock(file);
    expect(lockHolder(file)?.pid).toBe(process.pid);
  });

  it('gives a stale lock to one of several processes that want it at once', async () => {
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
    // A taker keeps the lock for longer than it takes all of them to try.
    const take = `import(${JSON.stringify(lockModule)}).then(({ acquireLock }) => { acquireLock(${JSON.stringify(file)}); setTimeout(() => {}, 1500); })`;
    const takers = Array.from({ length: 6 }, () => promisify(execFile)(nodeBinary(), ['-e', take]));
    const outcomes = await Promise.allSettled(takers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
