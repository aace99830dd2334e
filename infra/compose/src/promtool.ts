// promtool, which checks and tests Prometheus' rules: the one on the PATH, else Debian's, unpacked into the cache.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDirectory, runCommand } from '@tideway/embedded';

const MISSING = 'promtool is missing, which tests the alert rules: install Prometheus (https://prometheus.io/download/), so that promtool is on the PATH.';

/** Its path. Rejects, with what to do, where it is neither here nor to be had by apt-get. */
export async function promtool(): Promise<string> {
  if (await works('promtool')) return 'promtool';
  const dir = path.join(cacheDirectory(), 'prometheus');
  const unpacked = path.join(dir, 'usr/bin/promtool');
  if (!existsSync(unpacked)) await unpack(dir);
  if (await works(unpacked)) return unpacked;
  throw new Error(MISSING);
}

async function works(command: string): Promise<boolean> {
  return runCommand(command, ['--version']).then(({ code }) => code === 0, () => false);
}

/** Not installed: the package would start a server. apt-get needs no root to download. */
async function unpack(dir: string): Promise<void> {
  const made = `${dir}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const script = 'apt-get download -q prometheus || { apt-get update -q && apt-get download -q prometheus; }; dpkg -x prometheus_*.deb . && rm prometheus_*.deb';
  const { code, output } = await runCommand('/bin/sh', ['-c', script], made).catch((error: unknown) => ({ code: 1, output: String(error) }));
  if (code === 0 && !existsSync(dir)) renameSync(made, dir);
  rmSync(made, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${MISSING}\n${output}`);
}
