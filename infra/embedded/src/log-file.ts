// The log file of a child: what it last said, and a bound on how large it grows.
import { copyFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';

const maxBytes = 10 * 1024 * 1024;
const kept = 2;

/** The last lines of a log file; empty when there is none. */
export function lastLines(file: string, count = 15): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Moves a log of more than 10 MB to FILE.1 (FILE.1 to FILE.2). The child keeps its descriptor, opened for
 * appending, so the content is copied and the file cut: lines written in between, a moment, are lost.
 */
export function rotateLog(file: string): void {
  if (!existsSync(file) || statSync(file).size <= maxBytes) return;
  for (let generation = kept; generation > 1; generation -= 1) {
    const younger = `${file}.${generation - 1}`;
    if (existsSync(younger)) renameSync(younger, `${file}.${generation}`);
  }
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
