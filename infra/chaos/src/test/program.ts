// The harness as people and CI run it: its built program, in a process of its own.
import path from 'node:path';
import { workspaceRoot } from '@tideway/embedded';
import { processesNaming, runProgram } from '@tideway/testing';

const program = path.join(workspaceRoot, 'infra/chaos/dist/main.js');

/** Runs the harness; `interruptAt` sends SIGINT when that text is printed. */
export function runChaos(args: string[], interruptAt?: string): ReturnType<typeof runProgram> {
  return runProgram(program, args, { interruptAt });
}

/** Command lines of processes that name a directory of the harness in this workspace. */
export function leftOver(): string[] {
  return processesNaming(path.join(workspaceRoot, '.tideway/chaos'));
}
