// Runs a command to its end, in its own process group, which does not outlive this process.
import { spawn } from 'node:child_process';
import { signalGroup } from './processes.js';
import { forgetGroup, watchGroup } from './watchdog.js';

export interface CommandResult {
  /** The exit code; null when a signal ended it. */
  code: number | null;
  /** What it wrote to stdout and stderr, the end of it. */
  output: string;
}

/** Resolves when the command has ended, whatever its exit code; rejects when it cannot be started. Of its output, the last `keptCharacters`. */
export function runCommand(command: string, args: readonly string[], cwd?: string, keptCharacters = 16_384): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: process.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    if (pid !== undefined) watchGroup(pid);
    let output = '';
    const keep = (chunk: string) => {
      output = (output + chunk).slice(-keptCharacters);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      if (pid !== undefined) {
        signalGroup(pid, 'SIGKILL');
        forgetGroup(pid);
      }
      resolve({ code, output });
    });
  });
}
