// A crash point is tried in a process of its own, of the built library: this one has to live on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const built = path.resolve(import.meta.dirname, '../dist/crash.js');

/** Passes 'other' and 'here' five times each and tells each passage; how it ended, and what it told. */
function run(crashAt?: string): { signal: string | null; status: number | null; passed: string[] } {
  if (!existsSync(built)) throw new Error(`${built} is missing: build the workspace first (npm run build)`);
  const script = `
    import { writeSync } from 'node:fs';
    import { crashPoint } from ${JSON.stringify(built)};
    for (let i = 1; i <= 5; i += 1) for (const name of ['other', 'here']) { crashPoint(name); writeSync(1, name + i + ' '); }`;
  const { TIDEWAY_CRASH_AT: _unset, ...env } = process.env;
  const { signal, status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...env, ...(crashAt === undefined ? {} : { TIDEWAY_CRASH_AT: crashAt }) }, encoding: 'utf8' });
  return { signal, status, passed: stdout.trim().split(' ').filter((name) => name.startsWith('here')) };
}

describe('a crash point', () => {
  it('kills the process at its first passage', () => {
    expect(run('here')).toEqual({ signal: 'SIGKILL', status: null, passed: [] });
  });

  it('kills it at the nth passage, not counting other points', () => {
    expect(run('here#3')).toEqual({ signal: 'SIGKILL', status: null, passed: ['here1', 'here2'] });
  });

  it('does nothing where none or another is named', () => {
    const all = { signal: null, status: 0, passed: ['here1', 'here2', 'here3', 'here4', 'here5'] };
    expect(run()).toEqual(all);
    expect(run('')).toEqual(all);
    expect(run('elsewhere#1')).toEqual(all);
    expect(run('here#6')).toEqual(all);
  });
});
