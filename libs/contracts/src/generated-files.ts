// Files that are generated and committed: written, or checked to be current.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Paths of files whose content is another one or that are missing. `files`: path from `root` to content. */
export function outdated(root: string, files: ReadonlyMap<string, string>): string[] {
  return [...files].filter(([file, content]) => {
    const full = path.join(root, file);
    return !existsSync(full) || readFileSync(full, 'utf8') !== content;
  }).map(([file]) => file);
}

/**
 * Writes what differs and removes what is left over; where the program was called with --check, only says so and lets
 * it fail.
 * @param files path from the workspace's root to content
 * @param leftOver paths of files that nothing generates any more
 */
export function writeGenerated(files: ReadonlyMap<string, string>, leftOver: readonly string[] = []): void {
  const stale = [...outdated(ROOT, files), ...leftOver];
  if (process.argv.includes('--check')) {
    if (stale.length === 0) return;
    console.error(`Stale generated files; run \`npm run generate\` and commit:\n  ${stale.join('\n  ')}`);
    process.exitCode = 1;
    return;
  }
  for (const file of leftOver) rmSync(path.join(ROOT, file));
  for (const file of stale.filter((name) => files.has(name))) {
    mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    writeFileSync(path.join(ROOT, file), files.get(file)!);
  }
  console.log(stale.length === 0 ? 'Everything generated was current.' : `Wrote ${stale.length} files.`);
}
