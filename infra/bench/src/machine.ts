// What it is measured on: a number means nothing without.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';

export interface Machine {
  cores: number;
  processor: string;
  memoryGb: number;
  system: string;
  versions: { node: string; java: string; kafka: string; registry: string; /** Absent where there was none. */ clickhouse?: string };
}

/** `clickhouse` is its own answer to SELECT version(), undefined where there is none. */
export function describeMachine(clickhouse: string | undefined): Machine {
  const pom = readFileSync(path.join(workspaceRoot, 'infra/embedded/maven/pom.xml'), 'utf8');
  const ofPom = (name: string) => new RegExp(`<${name}\\.version>([^<]+)<`).exec(pom)?.[1] ?? 'unknown';
  return {
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    versions: { node: process.versions.node, java: javaVersion(), kafka: ofPom('kafka'), registry: `Apicurio ${ofPom('apicurio')}`, ...(clickhouse === undefined ? {} : { clickhouse }) },
  };
}

function javaVersion(): string {
  // The one that the platform starts; it has been found by then.
  const answer = execFileSync('java', ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)*/.exec(answer)?.[0] ?? 'unknown';
}

/** Processes that want to run, on average over the last minute: what else the machine does before a run. */
export const loadAverage = () => os.loadavg()[0]!;
