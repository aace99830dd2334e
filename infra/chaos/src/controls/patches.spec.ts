import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@tideway/embedded';
import { patched } from './environment.js';
import { PATCHES, patchSource, patchesOf, type PatchName } from './patches.js';

describe('patches', () => {
  it.each(Object.keys(PATCHES) as PatchName[])('%s changes the build that there is', (name) => {
    for (const patch of PATCHES[name]) {
      const file = path.join(workspaceRoot, patch.file);
      expect([file, existsSync(file)]).toEqual([file, true]);
      const source = readFileSync(file, 'utf8');
      const changed = patchSource(`file://${file}`, source, [patch]);
      expect(changed).toContain(patch.to);
      expect(changed).not.toBe(source);
    }
  });

  it('leave every other module alone', () => {
    expect(patchSource('file:///x/libs/other/dist/insert.js', 'insert_deduplication_token: token', PATCHES['no-token'])).toBeUndefined();
  });

  it('say when they have nothing to change', () => {
    expect(() => patchSource('file:///x/libs/clickhouse/dist/insert.js', 'nothing', PATCHES['no-token'])).toThrow('the control has nothing to break');
  });

  it('come by the environment, and only then', () => {
    expect([patchesOf({}), patched([])]).toEqual([[], {}]);
    expect(patchesOf(patched(['no-token', 'no-fencing']))).toEqual([...PATCHES['no-token'], ...PATCHES['no-fencing']]);
  });
});
