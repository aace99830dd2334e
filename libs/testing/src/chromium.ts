// The Chromium that tests drive, because playwright-core brings none: the system's, else Debian's, unpacked into the cache.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheDirectory, runCommand } from '@tideway/embedded';

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const ADVICE = 'install it (for example: apt-get install chromium-headless-shell, or from https://www.google.com/chrome/), or set TIDEWAY_CHROMIUM to the path of one.';

/** The path of an executable: TIDEWAY_CHROMIUM, else the first on the PATH, else the one in the cache. Rejects, with what to do, where there is none and apt-get gives none. */
export async function chromiumPath(): Promise<string> {
  const named = process.env['TIDEWAY_CHROMIUM'];
  for (const name of named ? [named] : NAMES) if (await works(name)) return named ?? which(name);
  if (named) throw new Error(`TIDEWAY_CHROMIUM (${named}) is no Chromium that runs: ${ADVICE}`);
  const dir = path.join(cacheDirectory(), 'chromium');
  const unpacked = path.join(dir, 'run');
  const output = existsSync(unpacked) ? '' : await unpack(dir);
  if (await works(unpacked)) return unpacked;
  throw new Error(`There is no Chromium on the PATH (${NAMES.join(', ')}), and Debian's package could not be unpacked in its place: ${ADVICE}\n${output}`);
}

function which(name: string): string {
  return (process.env['PATH'] ?? '').split(path.delimiter).map((dir) => path.join(dir, name)).find((file) => existsSync(file)) ?? name;
}

async function works(command: string): Promise<boolean> {
  return runCommand(command, ['--version']).then(({ code }) => code === 0, () => false);
}

/** The package and those that it needs and this machine has not. apt-get needs no root to download; with root, it fetches the lists of packages where there are none. */
const FETCH = `
fetch() {
  plan=$(apt-get install -s --no-install-recommends chromium-headless-shell) || return 1
  apt-get download -q $(echo "$plan" | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p')
}
fetch || { rm -f ./*.deb; apt-get update -q && fetch; } || exit 1
for file in ./*.deb; do dpkg -x "$file" . && rm "$file" || exit 1; done`;

/** Runs it with the libraries that lie beside it, and their fonts where the machine has none. */
const RUN = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
for dir in "$here"/usr/lib/*-linux-gnu* "$here"/lib/*-linux-gnu* "$here"/usr/lib/*-linux-gnu*/pulseaudio; do LD_LIBRARY_PATH="$dir:$LD_LIBRARY_PATH"; done
export LD_LIBRARY_PATH
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_SYSROOT="$here"
exec "$here/usr/lib/chromium/chromium-headless-shell" "$@"
`;

/** What the commands said, for the message where they failed. */
async function unpack(dir: string): Promise<string> {
  const made = `${dir}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const { code, output } = await runCommand('/bin/sh', ['-c', FETCH], made).catch((error: unknown) => ({ code: 1, output: String(error) }));
  if (code === 0) {
    writeFileSync(path.join(made, 'run'), RUN);
    chmodSync(path.join(made, 'run'), 0o755);
    if (!existsSync(dir)) renameSync(made, dir);
  }
  rmSync(made, { recursive: true, force: true });
  return output;
}
