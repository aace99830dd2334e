// A built program as people and CI run it: in a process of its own, that can be interrupted.
import { execFileSync, spawn } from 'node:child_process';
import { nodeBinary } from '@tideway/embedded';

export interface ProgramOptions {
  /** Beside the environment of the test. */
  env?: Record<string, string>;
  /** SIGINT is sent when this text is printed. */
  interruptAt?: string;
  /** Awaited before that SIGINT, with what has been printed. */
  beforeInterrupt?: (printed: string) => Promise<void>;
}

/** Runs a script in Node 24 to its end; `output` has both of its streams. */
export function runProgram(script: string, args: string[], { env, interruptAt, beforeInterrupt = async () => undefined }: ProgramOptions = {}): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(nodeBinary(), ['--disable-warning=TimeoutNegativeWarning', script, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let interrupted = false;
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (!interruptAt || interrupted || !output.includes(interruptAt)) return;
      interrupted = true;
      void beforeInterrupt(output).finally(() => child.kill('SIGINT'));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Command lines of processes that name this directory. */
export function processesNaming(dir: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(dir));
}
