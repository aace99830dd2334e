// Where things are: the workspace root, this project's own files, the download cache, Node.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The workspace root. The same from src/ (Jest) and dist/. */
export const workspaceRoot = path.resolve(import.meta.dirname, '../../..');

const projectRoot = path.resolve(import.meta.dirname, '..');
export const mavenDirectory = path.join(projectRoot, 'maven');
export const childDirectory = path.join(projectRoot, 'child');

/** Where downloads are kept, shared by every platform of this checkout: TIDEWAY_CACHE, else .tideway/cache. */
export function cacheDirectory(): string {
  return path.resolve(process.env['TIDEWAY_CACHE'] ?? path.join(workspaceRoot, '.tideway/cache'));
}

/** A Node of version 24 or later: the one that runs this, or the one that npm installed here. */
export function nodeBinary(): string {
  const major = Number.parseInt(process.versions.node, 10);
  const installed = path.join(workspaceRoot, 'node_modules/.bin/node');
  return major < 24 && existsSync(installed) ? installed : process.execPath;
}
