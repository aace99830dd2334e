// Finds a Java that is new enough.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PlatformError } from './errors.js';

export interface Java {
  /** The java executable. */
  binary: string;
  /** What `java -version` says: identifies the build. */
  version: string;
}

const required = 17;
const advice = `Install Java ${required} or later (a JRE will do, e.g. "apt install openjdk-17-jre-headless" or "brew install openjdk"), or point JAVA_HOME at one.`;

/**
 * The Java of JAVA_HOME, else of PATH.
 * @throws PlatformError when there is none, or it is older than 17.
 */
export async function findJava(): Promise<Java> {
  const home = process.env['JAVA_HOME'];
  const binary = home === undefined || home === '' ? 'java' : path.join(home, 'bin/java');
  const where = binary === 'java' ? 'on the PATH' : `in JAVA_HOME (${home})`;
  if (binary !== 'java' && !existsSync(binary)) throw new PlatformError(`There is no Java ${where}. ${advice}`);
  let version: string;
  try {
    // The version goes to stderr.
    version = (await promisify(execFile)(binary, ['-version'])).stderr.trim();
  } catch {
    throw new PlatformError(`There is no working Java ${where}. ${advice}`);
  }
  const major = javaMajor(version);
  if (major === undefined || major < required) {
    const found = version.split('\n')[0];
    throw new PlatformError(`The Java ${where} is too old: ${found}. ${advice}`);
  }
  return { binary, version };
}

/** 17 of `openjdk version "17.0.15" 2025-04-15`; 8 of `java version "1.8.0_402"` (the numbering before Java 9). */
export function javaMajor(version: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (first === undefined) return undefined;
  return first === '1' ? Number(second) : Number(first);
}
