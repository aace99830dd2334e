// One child process that is kept alive: started in its own process group, probed, restarted when it dies.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { PlatformError } from './errors.js';
import { lastLines, rotateLog } from './log-file.js';
import { signalGroup } from './processes.js';
import { forgetGroup, watchGroup } from './watchdog.js';

export interface ChildSpec {
  /** Unique in its supervisor: 'kafka-1'. */
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment; default: this process's. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Takes stdout and stderr, appended; moved aside at 10 MB. */
  logFile: string;
  /** Runs before every start, the restarts included. */
  beforeStart?: () => void | Promise<void>;
  /** Whether the child serves; asked every 50 ms until it says so. Default: it serves once it runs. */
  probe?: () => Promise<boolean>;
  /** Default 60,000: the first start has failed if it takes longer. A restart may: recovering data takes its time. */
  readyTimeoutMs?: number;
  /** Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Default 10,000; then SIGKILL. */
  stopTimeoutMs?: number;
}

export type ChildEvent =
  | { type: 'started'; child: string; pid: number }
  | { type: 'ready'; child: string; pid: number }
  | { type: 'exited'; child: string; pid: number; code: number | null; signal: NodeJS.Signals | null; expected: boolean; restartInMs?: number };

const firstDelayMs = 100;
const maxDelayMs = 10_000;
// Who ran this long is not in a crash loop: its next restart is prompt again.
const stableMs = 10_000;
const deadly: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT', 'SIGSEGV']);

interface Running {
  process: ChildProcess;
  pid: number;
  startedAt: number;
  exited: Promise<void>;
  hasExited: boolean;
  /** Was sent a deadly signal: it may still answer a probe, but is no longer one to rely on. */
  doomed: boolean;
}

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

// Promise.withResolvers, which Node 20 does not have: a machine's own node may start the platform.
function deferred(): Deferred {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

export class SupervisedChild {
  private running: Running | undefined;
  private stopping = false;
  private everReady = false;
  private isReady = false;
  private delayMs = firstDelayMs;
  private readiness = deferred();
  private loop: Promise<void> | undefined;
  private readonly wake = new AbortController();

  constructor(
    readonly spec: ChildSpec,
    private readonly onEvent: (event: ChildEvent) => void,
  ) {
    // Nobody need be waiting when a start fails.
    this.readiness.promise.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.running?.hasExited === false ? this.running.pid : undefined;
  }

  /** Starts the child and keeps it running. Resolves when it serves; rejects with a PlatformError when the first start fails. */
  start(): Promise<void> {
    this.loop ??= this.keepRunning();
    return this.readiness.promise;
  }

  /** Resolves when the child serves: now, or again. */
  ready(): Promise<void> {
    return this.readiness.promise;
  }

  /** Signals the child's process group; after a deadly signal ready() waits for the next life. */
  kill(signal: NodeJS.Signals): void {
    if (this.running === undefined || this.running.hasExited) return;
    if (deadly.has(signal)) {
      this.running.doomed = true;
      // Meant: no sign of a crash loop, so no reason to wait.
      this.delayMs = firstDelayMs;
      if (this.everReady) this.expectReadiness();
    }
    signalGroup(this.running.pid, signal);
  }

  /** Ends the child for good: its stop signal, and SIGKILL for its group when that takes too long. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake.abort();
    const { running } = this;
    if (running !== undefined && !running.hasExited) {
      running.process.kill(this.spec.stopSignal ?? 'SIGTERM');
      const timeout = setTimeout(() => signalGroup(running.pid, 'SIGKILL'), this.spec.stopTimeoutMs ?? 10_000);
      await running.exited;
      clearTimeout(timeout);
    }
    await this.loop;
  }

  private async keepRunning(): Promise<void> {
    while (!this.stopping) {
      const problem = await this.liveOnce();
      if (this.stopping) break;
      if (!this.everReady) return this.fail(problem);
      await sleep(this.delayMs, undefined, { signal: this.wake.signal }).catch(() => undefined);
      this.delayMs = Math.min(this.delayMs * 2, maxDelayMs);
    }
    this.expectReadiness();
    this.readiness.reject(new PlatformError(`${this.spec.name} was stopped.`));
  }

  // Returns when the child has ended, or could not be started; says why, should that be the first start.
  private async liveOnce(): Promise<string> {
    try {
      await this.spec.beforeStart?.();
      if (this.stopping) return 'was stopped';
      const running = this.spawn();
      this.running = running;
      const [, problem] = await Promise.all([running.exited, this.probeUntilReady(running)]);
      return problem;
    } catch (error) {
      return `cannot be started: ${(error as Error).message}`;
    }
  }

  private spawn(): Running {
    const { command, args, cwd, logFile } = this.spec;
    mkdirSync(path.dirname(logFile), { recursive: true });
    rotateLog(logFile);
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, { cwd, env: this.spec.env ?? process.env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    const exited = deferred();
    child.on('error', (error) => exited.reject(error));
    const running: Running = { process: child, pid: child.pid ?? 0, startedAt: Date.now(), exited: exited.promise, hasExited: child.pid === undefined, doomed: false };
    if (child.pid === undefined) return running;
    watchGroup(child.pid);
    child.on('exit', (code, signal) => {
      running.hasExited = true;
      this.afterExit(running, code, signal);
      exited.resolve();
    });
    this.onEvent({ type: 'started', child: this.spec.name, pid: child.pid });
    return running;
  }

  private afterExit(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    // What the child itself had started must not outlive it.
    signalGroup(running.pid, 'SIGKILL');
    forgetGroup(running.pid);
    if (this.everReady && !this.stopping) this.expectReadiness();
    if (Date.now() - running.startedAt > stableMs) this.delayMs = firstDelayMs;
    const restartInMs = this.everReady && !this.stopping ? this.delayMs : undefined;
    this.onEvent({ type: 'exited', child: this.spec.name, pid: running.pid, code, signal, expected: this.stopping, restartInMs });
  }

  // Returns what to say of a first start if the child ends after this.
  private async probeUntilReady(running: Running): Promise<string> {
    const timeoutMs = this.spec.readyTimeoutMs ?? 180_000;
    while (!running.hasExited && !running.doomed) {
      const serves = (await this.spec.probe?.().catch(() => false)) ?? true;
      if (running.hasExited || running.doomed) break;
      if (serves) {
        this.markReady(running);
        break;
      }
      if (!this.everReady && Date.now() - running.startedAt > timeoutMs) {
        signalGroup(running.pid, 'SIGKILL');
        return `was not ready after ${timeoutMs / 1000} s`;
      }
      await sleep(50);
    }
    return 'ended before it was ready';
  }

  private markReady(running: Running): void {
    this.everReady = true;
    this.isReady = true;
    this.readiness.resolve();
    this.onEvent({ type: 'ready', child: this.spec.name, pid: running.pid });
  }

  // A promise that is still pending has waiters: it stays.
  private expectReadiness(): void {
    if (!this.isReady) return;
    this.isReady = false;
    this.readiness = deferred();
    this.readiness.promise.catch(() => undefined);
  }

  private fail(what: string): void {
    const said = lastLines(this.spec.logFile);
    const log = said === '' ? `Its log ${this.spec.logFile} is empty.` : `The end of its log, ${this.spec.logFile}:\n${said}`;
    this.readiness.reject(new PlatformError(`${this.spec.name} ${what}. ${log}`));
  }
}
