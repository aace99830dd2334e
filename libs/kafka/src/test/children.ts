// Starts loop-child.js as a process, and ends it: for tests in which an owner dies, or is thought dead.
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ChildReport, ChildSettings } from './loop-child.js';

// The compiled one: `npm test` builds first, and node does not run TypeScript that imports with `.js`.
const program = path.resolve(import.meta.dirname, '../../dist/test/loop-child.js');

export class LoopProcess {
  readonly reports: ChildReport[] = [];
  readonly #process: ChildProcess;

  /** `env` is added to this process's own, e.g. TIDEWAY_CRASH_AT. */
  constructor(settings: ChildSettings, env: Record<string, string> = {}) {
    if (!existsSync(program)) throw new Error(`${program} is missing: build the workspace first (npm run build)`);
    this.#process = fork(program, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, ...env } });
    this.#process.on('message', (report) => this.reports.push(report as ChildReport));
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Kills it, paused or not, and waits until it is gone. */
  async end(): Promise<void> {
    if (this.ended) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await exited;
  }
}
