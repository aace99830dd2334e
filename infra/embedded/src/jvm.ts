// How the platform's Java programs are started: small, and fast to start rather than fast at their peak.
import { existsSync } from 'node:fs';
import type { Java } from './java.js';

/** A class-data-sharing archive: classes as the JVM keeps them in memory, so that it need not parse them again. */
export interface ClassArchive {
  file: string;
  /** 'dump' writes it when the JVM ends; 'use' maps it, if it is there. */
  mode: 'dump' | 'use';
}

export interface JvmProgram {
  java: Java;
  /** As for -Xmx: '256m'. */
  heap: string;
  archive: ClassArchive;
  /** System properties and, for the program to run, `-cp PATH MainClass` or `-jar FILE`, then its arguments. */
  args: readonly string[];
}

/** Command-line arguments for `java`. */
export function jvmArguments({ heap, archive, args }: JvmProgram): string[] {
  return [
    `-Xmx${heap}`,
    '-XX:+UseSerialGC',
    // C1 only: half the memory and start-up time of both compilers, for some throughput.
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    // An archive of another build of Java or of other jars is ignored.
    '-Xshare:auto',
    '-Xlog:cds=off',
    '-Xlog:cds+dynamic=off',
    ...archiveArguments(archive),
    ...args,
  ];
}

function archiveArguments({ file, mode }: ClassArchive): string[] {
  if (mode === 'dump') return [`-XX:ArchiveClassesAtExit=${file}`];
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`] : [];
}
