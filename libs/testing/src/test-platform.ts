// An isolated platform in a directory of its own.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { platformHolder, startPlatform, workspaceRoot, type Platform, type PlatformOptions } from '@tideway/embedded';

export interface TestPlatform extends Platform {
  /** Its directory; stop() deletes it. logs/ in it has a log per part. */
  dir: string;
}

const testsDirectory = path.join(workspaceRoot, '.tideway/test');
const abandonedAfterMs = 60_000;

/**
 * Starts a platform for one test file: new data directory, ports nobody else has. stop() ends it and deletes
 * its data; if the process is killed instead, nothing keeps running, and a later call deletes the data.
 * @param parts which parts to start; default: all.
 * @throws PlatformError as startPlatform does.
 */
export async function startTestPlatform(parts: PlatformOptions['parts'] = {}, options: Omit<Partial<PlatformOptions>, 'parts' | 'dir'> = {}): Promise<TestPlatform> {
  deleteAbandoned();
  const dir = path.join(testsDirectory, randomUUID().slice(0, 8));
  const anyPorts = { kafka: 0, registry: 0, clickhouseHttp: 0, clickhouseTcp: 0 };
  const platform = await startPlatform({ ...options, dir, parts, ports: { ...anyPorts, ...options.ports } });
  return {
    ...platform,
    dir,
    stop: async () => {
      await platform.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

// Left by test runs that were killed.
function deleteAbandoned(): void {
  mkdirSync(testsDirectory, { recursive: true });
  for (const name of readdirSync(testsDirectory)) {
    const dir = path.join(testsDirectory, name);
    const age = Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > abandonedAfterMs && platformHolder(dir) === undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}
