// Data directories for the tests of this project, which cannot use @tideway/testing (that is built on this one).
import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '../workspace.js';

/** A new, empty directory; the caller deletes it. */
export function newDirectory(): string {
  const parent = path.join(workspaceRoot, '.tideway/test');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, 'embedded-'));
}

/** Any free port for every part, whatever the environment says. */
export const anyPorts = { kafka: 0, registry: 0, clickhouseHttp: 0, clickhouseTcp: 0 };
