// A small TCP proxy that can be told to misbehave as networks do. It stands between services and what they talk to.
import { createServer, connect, type Server, type Socket } from 'node:net';

/**
 * - `pass`: bytes go through.
 * - `cut`: connections are reset, and new ones are as soon as they are made.
 * - `half-open`: connections stay open and never carry another byte, also after the mode has ended; new ones are
 *   accepted and not answered. Who does not notice by a time limit of its own waits for ever.
 * - `slow`: each chunk is delayed, and sent at a limited rate.
 * - `one-way`: what the client says arrives, the answer waits until the mode ends, as with packets that are sent again.
 */
export type ProxyMode = { mode: 'pass' | 'cut' | 'half-open' | 'one-way' } | { mode: 'slow'; latencyMs: number; bytesPerSecond: number };

/** A client's connection and the one that goes with it. */
interface Pair {
  client: Socket;
  server: Socket;
  /** Half-open for good. */
  dead: boolean;
}

export class Proxy {
  /** Where clients connect to, on 127.0.0.1. */
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #targetPort: number | undefined;
  #mode: ProxyMode = { mode: 'pass' };
  #changed = Promise.withResolvers<void>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Listens on a free port of 127.0.0.1; until `aim` has said where to, connections are reset. */
  static listen(): Promise<Proxy> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true });
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new Proxy(server)));
    });
  }

  /** Says to which port of 127.0.0.1 connections go from now on. */
  aim(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** Open connections, those that are half-open for good included. */
  get connections(): number {
    return this.#pairs.size;
  }

  set(mode: ProxyMode): void {
    this.#mode = mode;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    for (const pair of this.#pairs) {
      if (mode.mode === 'cut') this.#end(pair);
      if (mode.mode === 'half-open') pair.dead = true;
    }
  }

  /** Resets every connection and stops listening. */
  async close(): Promise<void> {
    for (const pair of this.#pairs) this.#end(pair);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#mode.mode === 'cut' || this.#targetPort === undefined) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair: Pair = { client, server, dead: this.#mode.mode === 'half-open' };
    this.#pairs.add(pair);
    this.#pump(pair, client, server, false);
    this.#pump(pair, server, client, true);
  }

  /** Carries bytes one way, one chunk at a time, so that neither order nor memory suffers from a slow other side. */
  #pump(pair: Pair, from: Socket, to: Socket, isAnswer: boolean): void {
    let last: Promise<void> = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (pair.dead) return;
      from.pause();
      last = this.#carry(pair, to, chunk, isAnswer).then(() => void from.resume());
    });
    from.on('end', () => void last.then(() => {
      if (!pair.dead) to.end();
      else if (from === pair.client) this.#end(pair);
    }));
    from.on('error', () => undefined);
    from.on('close', () => void last.then(() => this.#closed(pair, from)));
  }

  async #carry(pair: Pair, to: Socket, chunk: Buffer, isAnswer: boolean): Promise<void> {
    if (this.#mode.mode === 'slow') {
      const { latencyMs, bytesPerSecond } = this.#mode;
      await this.#wait(latencyMs + (chunk.length / bytesPerSecond) * 1_000);
    }
    while (isAnswer && this.#mode.mode === 'one-way' && !to.destroyed) await this.#changed.promise;
    if (pair.dead || to.destroyed) return;
    if (!to.write(chunk)) await drained(to);
  }

  /** Ends early when the mode changes. */
  async #wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([time, this.#changed.promise]);
    clearTimeout(timer);
  }

  /** A half-open connection hides from its client that the server has gone; a client that goes takes the server's side with it. */
  #closed(pair: Pair, side: Socket): void {
    if (pair.dead && side === pair.server && !pair.client.destroyed) return;
    this.#end(pair);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (socket.destroyed) continue;
      // What is written already still arrives, unless the connection is to be cut.
      if (this.#mode.mode === 'cut' || pair.dead || !socket.writableEnded) socket.resetAndDestroy();
    }
  }
}

/** Resolves when the socket takes more, or has closed; leaves no listener behind, as a busy connection waits thousands of times. */
function drained(to: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done);
      resolve();
    };
    to.on('drain', done).on('close', done);
  });
}
