// The harness as people and CI run it: its built program, in a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { nodeBinary, workspaceRoot } from '@tideway/embedded';

const program = path.join(workspaceRoot, 'infra/chaos/dist/main.js');

/** Runs the program; `interruptAt` sends SIGINT when that text is printed. */
export function runProgram(args: string[], interruptAt?: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(nodeBinary(), ['--disable-warning=TimeoutNegativeWarning', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let interrupted = false;
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (interruptAt && !interrupted && output.includes(interruptAt)) interrupted = child.kill('SIGINT');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Command lines of processes that name a directory of the harness in this workspace. */
export function leftOver(): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(path.join(workspaceRoot, '.tideway/chaos')));
}
