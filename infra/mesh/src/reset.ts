// `npm run reset`: deletes the data of the local mesh; what was downloaded stays.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { PlatformError, cacheDirectory, resetPlatform } from '@tideway/embedded';
import { meshDir } from './mesh.js';

try {
  const dir = meshDir();
  resetPlatform(path.join(dir, 'platform'));
  for (const name of ['logs', 'secrets.json', 'mesh.json', 'truth.ndjson']) rmSync(path.join(dir, name), { recursive: true, force: true });
  console.log(`The data in ${dir} is gone; downloads are kept in ${cacheDirectory()}.`);
} catch (error) {
  if (!(error instanceof PlatformError)) throw error;
  console.error(error.message);
  process.exit(1);
}
