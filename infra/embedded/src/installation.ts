// What is downloaded, and where it lies in the cache.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Java } from './java.js';
import { cacheDirectory, mavenDirectory } from './workspace.js';

/** The Java programs of the platform, downloaded and complete. */
export interface Installation {
  java: Java;
  /** The Java class path of Kafka. */
  kafkaClassPath: string;
  registryJar: string;
  /** Class-data-sharing archives, which may be missing: the programs then start more slowly. */
  kafkaArchive: string;
  registryArchive: string;
}

/** Takes one line at a time for the person who waits. */
export type Progress = (line: string) => void;

export const pomFile = path.join(mavenDirectory, 'pom.xml');

/** The directory of this download. Another pom.xml (other versions) is another download. */
export function downloadDirectory(): string {
  return path.join(cacheDirectory(), `platform-${hash(readFileSync(pomFile, 'utf8'))}`);
}

/** The directory of the archives: they fit one build of Java only. */
export function archiveDirectory(java: Java): string {
  return path.join(downloadDirectory(), `classes-${hash(`${java.binary}\n${java.version}`)}`);
}

/** Where things are in a download; the caller has seen to it that it is complete. */
export function installationIn(directory: string, java: Java): Installation {
  const registry = path.join(directory, 'registry');
  const runner = readdirSync(registry).find((file) => file.endsWith('-runner.jar'));
  if (runner === undefined) throw new Error(`there is no *-runner.jar in ${registry}`);
  return {
    java,
    kafkaClassPath: path.join(directory, 'kafka', '*'),
    registryJar: path.join(registry, runner),
    kafkaArchive: path.join(archiveDirectory(java), 'kafka.jsa'),
    registryArchive: path.join(archiveDirectory(java), 'registry.jsa'),
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
