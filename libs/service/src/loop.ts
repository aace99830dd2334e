// A consumer loop with Nest's lifecycle: Nest starts it with the application and stops it before HTTP goes away.
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';

/** Anything that runs until it is stopped. `start` resolves when it runs, `stop` when the last block is finished; stopping twice is harmless. */
export interface Loop {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What keeps it from its work until a person sees to it, for readiness; undefined where all is well. */
  problem?(): string | undefined;
}

/** The loop, with something to be done each time before it starts; until that is done, the service is not ready. */
export function preparedLoop(loop: Loop, prepare: () => Promise<void>): Loop {
  let prepared = false;
  return {
    name: loop.name,
    start: async () => {
      await prepare();
      prepared = true;
      await loop.start();
    },
    stop: () => loop.stop(),
    problem: () => (prepared ? loop.problem?.() : 'what it needs is being made'),
  };
}

/** The transport strategy that hands a loop to Nest. What the loop does about retries and offsets stands in the loop. */
export class LoopTransport extends Server implements CustomTransportStrategy {
  readonly #loop: Loop;

  constructor(loop: Loop) {
    super();
    this.#loop = loop;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#loop.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.#loop.stop();
  }

  override on(): void {}

  override unwrap<T>(): T {
    return this.#loop as T;
  }
}
