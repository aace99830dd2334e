// Lint holds the boundaries between projects by itself, in a checkout where Nx has never run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { nodeBinary, workspaceRoot } from '@tideway/embedded';

const nxData = mkdtempSync(path.join(tmpdir(), 'tideway-nx-'));

afterAll(() => {
  rmSync(nxData, { recursive: true, force: true });
});

/** The rules that a source file would break if it were at this place in the workspace. */
function broken(file: string, source: string): string[] {
  const { stdout } = spawnSync(nodeBinary(), ['node_modules/eslint/bin/eslint.js', '--stdin', '--stdin-filename', file, '--format', 'json'], {
    cwd: workspaceRoot, input: source, encoding: 'utf8', env: { ...process.env, NX_WORKSPACE_DATA_DIRECTORY: nxData },
  });
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string }[] }[];
  return result!.messages.map(({ ruleId }) => ruleId);
}

describe('lint alone', () => {
  it.each([
    ['a file of another service', 'services/web/src/probe.ts', '../../crm/src/pipeline.js'],
    ['infrastructure, by a service', 'services/web/src/probe.ts', '@tideway/mesh'],
  ])('refuses to import %s', (_what, file, imported) => {
    expect(broken(file, `export { X } from '${imported}';\n`)).toEqual(['@nx/enforce-module-boundaries']);
  });

  it('lets a service import a library', () => {
    expect(broken('services/web/src/probe.ts', "export { X } from '@tideway/kafka';\n")).toEqual([]);
  });
});
