// Runs Jest with the workspace's one configuration on Node 24, from any folder; arguments are Jest's own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const node = path.join(root, 'node_modules/.bin/node');
const jest = path.join(root, 'node_modules/jest/bin/jest.js');
const args = [jest, '--config', path.join(root, 'jest.config.cjs'), '--passWithNoTests', ...process.argv.slice(2)];
const { status } = spawnSync(node, args, { stdio: 'inherit' });
process.exit(status ?? 1);
