// Downloads Kafka and the schema registry through Maven, once per checkout.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareArchives } from './archives.js';
import { runCommand } from './command.js';
import { PlatformError } from './errors.js';
import { downloadDirectory, installationIn, pomFile, type Installation, type Progress } from './installation.js';
import { findJava } from './java.js';
import { acquireLock, LockHeld, type Lock } from './lock.js';
import { mavenDirectory } from './workspace.js';

const kafkaJars = 47;

/**
 * Downloads what the platform runs on the JVM, unless it is there. Safe to be killed, and to run twice at once.
 * @throws PlatformError without Java 17 or when the download fails (retryable).
 */
export async function installPlatform(onProgress: Progress = () => undefined): Promise<void> {
  await ensureInstalled(onProgress);
}

/** installPlatform, and where everything is. */
export async function ensureInstalled(onProgress: Progress): Promise<Installation> {
  const java = await findJava();
  const directory = downloadDirectory();
  if (existsSync(directory)) {
    const installation = installationIn(directory, java);
    if (existsSync(path.dirname(installation.kafkaArchive))) return installation;
  }
  const lock = await waitForLock(`${directory}.lock`, onProgress);
  try {
    if (!existsSync(directory)) await download(directory, onProgress);
    const installation = installationIn(directory, java);
    await prepareArchives(installation, onProgress);
    return installation;
  } finally {
    lock.release();
  }
}

async function waitForLock(file: string, onProgress: Progress): Promise<Lock> {
  for (let told = false; ; ) {
    try {
      return acquireLock(file);
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error;
      if (!told) onProgress(`Waiting for process ${error.holder.pid}, which is downloading the platform.`);
      told = true;
      await sleep(200);
    }
  }
}

// Only a complete download ever has the final name.
async function download(directory: string, onProgress: Progress): Promise<void> {
  onProgress('Downloading Apache Kafka 4.3.1 (47 jars, 45 MB) and Apicurio Registry 3.0.9 (109 MB) from Maven Central, once.');
  const parent = path.dirname(directory);
  mkdirSync(parent, { recursive: true });
  const prefix = `${path.basename(directory)}.partial`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const partial = path.join(parent, `${prefix}-${process.pid}`);
  const [command, ...args] = [...mavenCommand(), '-B', '-q', '-f', pomFile, `-Dtideway.output=${partial}`, 'generate-resources'];
  const { code, output } = await runCommand(command!, args).catch((error: Error) => ({ code: -1, output: error.message }));
  const jars = existsSync(path.join(partial, 'kafka')) ? readdirSync(path.join(partial, 'kafka')).length : 0;
  if (code !== 0 || jars !== kafkaJars) {
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
