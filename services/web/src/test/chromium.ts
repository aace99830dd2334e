// The browser that tests drive: the Chromium of the system, because playwright-core brings none.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The executable of TIDEWAY_CHROMIUM, else the first Chromium on the PATH; throws what to install where there is none. */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['TIDEWAY_CHROMIUM'];
  const candidates = named ? [named] : NAMES.flatMap((name) => (env['PATH'] ?? '').split(path.delimiter).map((dir) => path.join(dir, name)));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const where = named ? `at TIDEWAY_CHROMIUM (${named})` : `on the PATH (${NAMES.join(', ')})`;
  throw new Error(`There is no Chromium ${where}, in which tideway.js is tested: install it (for example: apt-get install chromium-headless-shell), or set TIDEWAY_CHROMIUM to its path.`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
