// The environment that makes a service load patches.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { workspaceRoot } from '@tideway/embedded';
import { PATCHES_VARIABLE, type PatchName } from './patches.js';

/** Empty without patches. Of the built harness, also where a test runs it from its sources. */
export function patched(names: readonly PatchName[]): Record<string, string> {
  if (names.length === 0) return {};
  const preload = pathToFileURL(path.join(workspaceRoot, 'infra/chaos/dist/controls/preload.js')).href;
  return { NODE_OPTIONS: `--import=${preload}`, [PATCHES_VARIABLE]: names.join(',') };
}
