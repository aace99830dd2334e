// `npm run reset` as a script runs it: what it deletes, and what it says is kept.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cacheDirectory, nodeBinary, workspaceRoot } from '@tideway/embedded';

const dir = mkdtempSync(path.join(tmpdir(), 'tideway-reset-'));

const reset = (env: Record<string, string> = {}) =>
  execFileSync(nodeBinary(), [path.join(workspaceRoot, 'infra/mesh/dist/reset.js')], { encoding: 'utf8', env: { ...process.env, TIDEWAY_DIR: dir, ...env } });

beforeAll(() => {
  mkdirSync(path.join(dir, 'platform'));
  writeFileSync(path.join(dir, 'platform/data'), 'x');
  writeFileSync(path.join(dir, 'secrets.json'), '{}');
  writeFileSync(path.join(dir, 'note.txt'), 'of somebody else');
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('npm run reset', () => {
  it('deletes the data in TIDEWAY_DIR only, and names the folder where downloads really are', () => {
    expect(reset()).toBe(`The data in ${dir} is gone; downloads are kept in ${cacheDirectory()}.\n`);
    expect(['platform', 'secrets.json', 'note.txt'].map((name) => existsSync(path.join(dir, name)))).toEqual([false, false, true]);
    expect(reset({ TIDEWAY_CACHE: '/var/tideway-downloads' })).toContain('downloads are kept in /var/tideway-downloads.');
  });
});
