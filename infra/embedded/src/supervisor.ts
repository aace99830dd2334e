// Keeps a set of child processes running until it is stopped. Used for the platform and for the services.
import { rotateLog } from './log-file.js';
import { SupervisedChild, type ChildEvent, type ChildSpec } from './supervised-child.js';

const rotationIntervalMs = 60_000;

/**
 * A set of supervised child processes. Each runs in its own process group, is restarted with a growing
 * delay (0.1 to 10 s) when it dies, and does not outlive this process, however that ends.
 */
export class Supervisor {
  private readonly children = new Map<string, SupervisedChild>();
  private readonly rotation: NodeJS.Timeout;

  constructor(private readonly onEvent: (event: ChildEvent) => void = () => undefined) {
    this.rotation = setInterval(() => this.rotateLogs(), rotationIntervalMs).unref();
  }

  /** Starts a child. Resolves when it serves; rejects with a PlatformError, with the end of its log, when it does not. */
  async start(spec: ChildSpec): Promise<void> {
    if (this.children.has(spec.name)) throw new Error(`a child named ${spec.name} runs already`);
    const child = new SupervisedChild(spec, this.onEvent);
    this.children.set(spec.name, child);
    await child.start();
  }

  /** The pids of the children that run now, by name. */
  pids(): Record<string, number> {
    const running = [...this.children].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const]));
    return Object.fromEntries(running);
  }

  /** Sends a child's process group a signal (default SIGKILL); the supervisor restarts what dies of it. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child(name).kill(signal);
  }

  /** Resolves when the child (default: every child) serves: now, or again. */
  async ready(name?: string): Promise<void> {
    const children = name === undefined ? [...this.children.values()] : [this.child(name)];
    await Promise.all(children.map((child) => child.ready()));
  }

  /** Stops these children (default: all of them) at the same time, and forgets them. */
  async stop(names: readonly string[] = [...this.children.keys()]): Promise<void> {
    const stopped = names.map((name) => this.child(name));
    await Promise.all(stopped.map((child) => child.stop()));
    for (const name of names) this.children.delete(name);
    if (this.children.size === 0) clearInterval(this.rotation);
  }

  private child(name: string): SupervisedChild {
    const child = this.children.get(name);
    if (child === undefined) throw new Error(`no child named ${name}; there are: ${[...this.children.keys()].join(', ')}`);
    return child;
  }

  private rotateLogs(): void {
    for (const { spec } of this.children.values()) rotateLog(spec.logFile);
  }
}
