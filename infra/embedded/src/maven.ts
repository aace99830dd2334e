// Downloads from Maven Central, once per checkout: what a pom.xml names, complete or not at all.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './command.js';
import { PlatformError } from './errors.js';
import type { Progress } from './installation.js';
import { acquireLock, LockHeld, type Lock } from './lock.js';
import { mavenDirectory } from './workspace.js';

export interface MavenDownload {
  /** Copies its files below the property `tideway.output` in the phase generate-resources. */
  pom: string;
  /** Where the files are when all of them are there. */
  directory: string;
  /** For the person who waits: `Apache Kafka 4.3.1 (47 jars, 45 MB)`. */
  what: string;
  /** Whether everything is in a directory. */
  isComplete(directory: string): boolean;
}

/**
 * Downloads it, unless it is there. Safe to be killed, and to run twice at once.
 * @throws PlatformError when the download fails (retryable).
 */
export async function ensureDownloaded(download: MavenDownload, onProgress: Progress): Promise<void> {
  if (existsSync(download.directory)) return;
  const lock = await waitForLock(`${download.directory}.lock`, onProgress);
  try {
    if (!existsSync(download.directory)) await fetchIt(download, onProgress);
  } finally {
    lock.release();
  }
}

/** Waits until nobody else downloads to the same place. */
export async function waitForLock(file: string, onProgress: Progress): Promise<Lock> {
  for (let told = false; ; ) {
    try {
      return acquireLock(file);
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error;
      if (!told) onProgress(`Waiting for process ${error.holder.pid}, which is downloading the same.`);
      told = true;
      await sleep(200);
    }
  }
}

/** The download itself; whoever calls it holds the lock. Only a complete one ever has the final name. */
export async function fetchIt({ pom, directory, what, isComplete }: MavenDownload, onProgress: Progress): Promise<void> {
  onProgress(`Downloading ${what} from Maven Central, once.`);
  const parent = path.dirname(directory);
  mkdirSync(parent, { recursive: true });
  const prefix = `${path.basename(directory)}.partial`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const partial = path.join(parent, `${prefix}-${process.pid}`);
  const [command, ...args] = [...mavenCommand(), '-B', '-q', '-f', pom, `-Dtideway.output=${partial}`, 'generate-resources'];
  const { code, output } = await runCommand(command!, args).catch((error: Error) => ({ code: -1, output: error.message }));
  if (code !== 0 || !isComplete(partial)) {
    rmSync(partial, { recursive: true, force: true });
    const said = output.trim().split('\n').slice(-15).join('\n');
    throw new PlatformError(`The download from Maven Central failed (${command}, exit code ${code}). Check the network, and start again. It said:\n${said}`);
  }
  renameSync(partial, directory);
  onProgress(`Downloaded to ${directory}.`);
}

// The wrapper script, so that a machine needs only Java; Maven itself where it is installed.
function mavenCommand(): [string, ...string[]] {
  const installed = (process.env['PATH'] ?? '').split(path.delimiter).some((directory) => isExecutable(path.join(directory, 'mvn')));
  return installed ? ['mvn'] : ['/bin/sh', path.join(mavenDirectory, 'mvnw')];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
