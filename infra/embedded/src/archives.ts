// Makes the class-data-sharing archives that let Kafka and the registry start in about half the time.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { archiveDirectory, type Installation, type Progress } from './installation.js';
import { kafkaChildren, kafkaPortNames } from './kafka.js';
import { claimPorts } from './ports.js';
import { registryChild } from './registry.js';
import { Supervisor } from './supervisor.js';

/**
 * Starts Kafka and the registry once, on throw-away data: the JVM writes the classes it loaded as it ends.
 * Without an archive both start all the same, so a failure here is told and no error.
 */
export async function prepareArchives(installation: Installation, onProgress: Progress): Promise<void> {
  const final = archiveDirectory(installation.java);
  if (existsSync(final)) return;
  onProgress('Preparing fast starts (class-data archives), once: some 10 s.');
  deleteAbandoned(final);
  const work = mkdtempSync(`${final}.partial-`);
  try {
    await dumpArchives(installation, work);
    renameSync(path.join(work, 'classes'), final);
  } catch (error) {
    onProgress(`Fast starts could not be prepared, starts take about twice as long; delete ${final} to try again. ${(error as Error).message}`);
    // Empty: not to be tried again at every start.
    mkdirSync(final, { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function dumpArchives(installation: Installation, work: string): Promise<void> {
  mkdirSync(path.join(work, 'classes'));
  const archive = (name: string) => ({ file: path.join(work, 'classes', `${name}.jsa`), mode: 'dump' as const });
  const requests = [...kafkaPortNames(1), 'registry'].map((name) => ({ name, port: 0 }));
  const { ports, release } = await claimPorts(path.join(work, 'ports.json'), requests);
  const supervisor = new Supervisor();
  try {
    const children = [
      ...(await kafkaChildren({ dir: work, installation, ports, brokers: 1, archive: archive('kafka') })),
      registryChild({ dir: work, installation, port: ports['registry']!, archive: archive('registry') }),
    ];
    await Promise.all(children.map((child) => supervisor.start({ ...child, stopTimeoutMs: 60_000 })));
  } finally {
    await supervisor.stop();
    release();
  }
}

// Of a process that was killed at it: only one is at it at a time.
function deleteAbandoned(final: string): void {
  const parent = path.dirname(final);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${path.basename(final)}.partial-`)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}
