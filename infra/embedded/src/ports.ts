// Which loopback ports the platform listens on: those asked for, else those of last time, else free ones.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { PlatformError } from './errors.js';
import { acquireLock, LockHeld, type Lock } from './lock.js';

/** A port that is needed. */
export interface PortRequest {
  /** The name it is remembered under. */
  name: string;
  /** The number that is asked for; 0 for any free one; undefined for last time's, if that is free. */
  port?: number;
  /** Who asks, for the message when it is taken: "TIDEWAY_KAFKA_PORT". */
  askedBy?: string;
}

export interface ClaimedPorts {
  /** Port by request name. */
  ports: Record<string, number>;
  release(): void;
}

// Below the range the kernel takes for outgoing connections (32768 and up on Linux, 49152 on macOS): there,
// a port that is free while its owner restarts may be gone when it is back.
const [lowest, beyondHighest] = [20_000, 32_000];
const attempts = 200;

/**
 * Settles and claims the ports, and remembers them in `file`. A claim (a lock in the temporary directory)
 * keeps platforms that start at the same moment from choosing the same port.
 * @throws PlatformError when a port that was asked for is in use.
 */
export async function claimPorts(file: string, requests: readonly PortRequest[]): Promise<ClaimedPorts> {
  const remembered = readRemembered(file);
  const locks: Lock[] = [];
  const release = () => locks.forEach((lock) => lock.release());
  const ports: Record<string, number> = {};
  try {
    for (const { name, port, askedBy } of requests) {
      const claimed = port ? await claimAsked(name, port, askedBy) : await claimAny(port === 0 ? undefined : remembered[name]);
      locks.push(claimed.lock);
      ports[name] = claimed.port;
    }
  } catch (error) {
    release();
    throw error;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...remembered, ...ports }, undefined, 2)}\n`);
  return { ports, release };
}

const held: Lock[] = [];

/**
 * A port that is free, and is nobody's who asks in the same way for as long as this process runs.
 * @throws PlatformError when none is found.
 */
export async function claimFreePort(): Promise<number> {
  const { port, lock } = await claimAny(undefined);
  if (held.length === 0) process.once('exit', () => held.forEach((one) => one.release()));
  held.push(lock);
  return port;
}

async function claimAsked(name: string, port: number, askedBy = 'the options'): Promise<{ port: number; lock: Lock }> {
  const claimed = await claim(port);
  if (typeof claimed === 'object') return { port, lock: claimed };
  const holder = claimed === undefined ? 'another program' : `process ${claimed}`;
  throw new PlatformError(`Port ${port} for ${name}, asked for by ${askedBy}, is in use by ${holder}. Stop that, or ask for another port.`);
}

async function claimAny(preferred: number | undefined): Promise<{ port: number; lock: Lock }> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = attempt === 0 && preferred !== undefined ? preferred : randomInt(lowest, beyondHighest);
    const lock = await claim(port);
    if (typeof lock === 'object') return { port, lock };
  }
  throw new PlatformError(`No free port found between ${lowest} and ${beyondHighest} on 127.0.0.1 in ${attempts} attempts.`);
}

// A lock when the port is free, else the pid of the platform that has it, if it is one.
async function claim(port: number): Promise<Lock | number | undefined> {
  let lock: Lock;
  try {
    lock = acquireLock(path.join(tmpdir(), `tideway-ports-${userInfo().uid}`, String(port)));
  } catch (error) {
    if (error instanceof LockHeld) return error.holder.pid;
    throw error;
  }
  if (await isFree(port)) return lock;
  lock.release();
  return undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function readRemembered(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    // None yet, or cut short by a crash: new ones are chosen.
    return {};
  }
}
