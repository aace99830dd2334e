import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Proxy } from './proxy.js';

let echo: Server;
let received: string;
let proxy: Proxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  received = '';
  echo = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += String(chunk);
      socket.write(chunk);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await Proxy.listen();
  proxy.aim((echo.address() as { port: number }).port);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

/** A client that notes what it hears. */
async function client() {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.push(socket);
  const state = { heard: '', ended: false, say: (text: string) => void socket.write(text), end: () => void socket.end() };
  socket.on('data', (chunk) => void (state.heard += String(chunk)));
  socket.on('error', () => undefined);
  socket.on('close', () => void (state.ended = true));
  await new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', resolve);
  });
  return state;
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 3_000; !holds() && Date.now() < deadline;) await sleep(5);
  expect(holds()).toBe(true);
}

describe('Proxy', () => {
  it('passes bytes both ways, in order, however large', async () => {
    const { say, ...state } = await client();
    const text = 'abcdefghij'.repeat(200_000);
    const c = await client();
    c.say(text);
    await until(() => c.heard.length === text.length);
    expect(c.heard === text).toBe(true);
    expect(state.heard).toBe('');
    say('');
  });

  it('passes the end of a connection on', async () => {
    const c = await client();
    c.say('a');
    await until(() => c.heard === 'a');
    c.end();
    await until(() => c.ended);
    await until(() => proxy.connections === 0);
  });

  it('cuts what is open and what comes, and passes again afterwards', async () => {
    const before = await client();
    before.say('a');
    await until(() => before.heard === 'a');
    proxy.set({ mode: 'cut' });
    await until(() => before.ended);
    const during = await client();
    await until(() => during.ended);
    proxy.set({ mode: 'pass' });
    const after = await client();
    after.say('b');
    await until(() => after.heard === 'b');
  });

  it('leaves half-open connections silent for good, and new ones alive after the mode', async () => {
    const before = await client();
    proxy.set({ mode: 'half-open' });
    const during = await client();
    before.say('lost');
    during.say('lost');
    await sleep(50);
    proxy.set({ mode: 'pass' });
    before.say('lost');
    const after = await client();
    after.say('b');
    await until(() => after.heard === 'b');
    expect([before.heard, before.ended, during.heard, during.ended, received]).toEqual(['', false, '', false, 'b']);
  });

  it('hides from the client of a half-open connection that the server has gone', async () => {
    const c = await client();
    c.say('a');
    await until(() => c.heard === 'a');
    proxy.set({ mode: 'half-open' });
    for (const socket of sockets.filter(({ localPort }) => localPort === (echo.address() as { port: number }).port)) socket.destroy();
    await sleep(50);
    expect(c.ended).toBe(false);
    c.end();
    await until(() => proxy.connections === 0);
  });

  it('lets requests through one way, and their answers once the mode ends', async () => {
    const c = await client();
    c.say('a');
    await until(() => c.heard === 'a');
    proxy.set({ mode: 'one-way' });
    c.say('b');
    await until(() => received === 'ab');
    await sleep(50);
    expect(c.heard).toBe('a');
    proxy.set({ mode: 'pass' });
    await until(() => c.heard === 'ab');
  });

  it('is slow by its latency and its bandwidth', async () => {
    const c = await client();
    proxy.set({ mode: 'slow', latencyMs: 40, bytesPerSecond: 1_000 });
    const begin = performance.now();
    c.say('x'.repeat(50));
    await until(() => c.heard.length === 50);
    // There and back: twice 40 ms of latency and 50 ms of 50 bytes.
    expect(performance.now() - begin).toBeGreaterThanOrEqual(175);
  });
});
