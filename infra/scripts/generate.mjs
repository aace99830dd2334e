// `npm run generate`: writes all that is derived from schemas/ and from what the services accept; with --check, says what is stale.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const generators = ['libs/contracts/dist/generate.js', 'services/segments/dist/definitions/generate.js'];

const failed = generators.filter((file) => spawnSync(process.execPath, [path.join(root, file), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status !== 0);
process.exit(failed.length === 0 ? 0 : 1);
