// Downloads Kafka and the schema registry through Maven, once per checkout.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { prepareArchives } from './archives.js';
import { downloadDirectory, installationIn, pomFile, type Installation, type Progress } from './installation.js';
import { findJava } from './java.js';
import { fetchIt, waitForLock } from './maven.js';

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
    if (!existsSync(directory)) {
      const what = 'Apache Kafka 4.3.1 (47 jars, 45 MB) and Apicurio Registry 3.0.9 (109 MB)';
      await fetchIt({ pom: pomFile, directory, what, isComplete: (fetched) => jarsIn(fetched) === kafkaJars }, onProgress);
    }
    const installation = installationIn(directory, java);
    await prepareArchives(installation, onProgress);
    return installation;
  } finally {
    lock.release();
  }
}

function jarsIn(directory: string): number {
  const jars = path.join(directory, 'kafka');
  return existsSync(jars) ? readdirSync(jars).length : 0;
}
