// A service from its start to its stop: operations over HTTP, loops, and what is closed when.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PermanentError } from './errors.js';
import { preparedLoop, type Loop } from './loop.js';
import { sleep } from './retry.js';
import { startService, type RunningService, type Service, type ServiceDefinition } from './run.js';

class TestModule {}

const env = { LOG_LEVEL: 'silent' };
const shape = { FLAVOUR: z.string() };
let running: RunningService | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

function definition(wire: (service: Service) => void, more: Partial<ServiceDefinition<typeof shape>> = {}): ServiceDefinition<typeof shape> {
  return {
    name: 'test', config: shape, ...more,
    module: (_config, service) => {
      wire(service);
      return { module: TestModule };
    },
  };
}
async function start(wire: (service: Service) => void = () => undefined, more: Partial<ServiceDefinition<typeof shape>> = {}): Promise<RunningService> {
  running = await startService(definition(wire, more), { ...env, FLAVOUR: 'plain' });
  return running;
}
const loopOf = (name: string, events: string[], more: Partial<Loop> = {}): Loop => ({
  name,
  start: async () => void events.push(`start ${name}`),
  stop: async () => void events.push(`stop ${name}`),
  ...more,
});

describe('a running service', () => {
  it('says that it lives, that it is ready, and how it does', async () => {
    const { url } = await start((service) => {
      service.health.add('store', async () => undefined);
      service.metrics.counter('things_total', 'Things').inc(3);
    });
    const live = await fetch(`${url}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { live: true }]);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks: { store: 'ok' } }]);
    const metrics = await fetch(`${url}/metrics`);
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    const text = await metrics.text();
    expect(text).toContain('things_total{service="test"} 3');
    expect(text).toMatch(/process_resident_memory_bytes\{service="test"\} \d+/);
  });

  it('is alive but not ready while a dependency is away, with the reason', async () => {
    let away = true;
    const { url } = await start((service) => service.health.add('store', async () => {
      if (away) throw new Error('connection refused');
    }));
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, checks: { store: 'connection refused' } }]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    away = false;
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('is not ready while a loop tells a problem, also one that is prepared first', async () => {
    let problem = undefined as string | undefined;
    const { url } = await start((service) => service.loops.push(preparedLoop(loopOf('rows', [], { problem: () => problem }), async () => undefined)));
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    problem = 'web.orders.v1[0] is stopped';
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, checks: { 'loop rows': problem } }]);
  });

  it('answers about its health while a loop still waits for its dependencies', async () => {
    let url = '';
    let release!: () => void;
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const starting = start((service) => service.loops.push(preparedLoop(loopOf('rows', []), () => waiting)), {
      prepare: async (app) => {
        app.getHttpServer().once('listening', () => {
          url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
        });
      },
    });
    for (let i = 0; i < 100 && url === ''; i += 1) await sleep(20);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, checks: { 'loop rows': 'what it needs is being made' } }]);
    release();
    expect((await starting).url).toBe(url);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});

describe('a stop', () => {
  it('ends loops before HTTP, HTTP before what both use, each the last one first', async () => {
    const events: string[] = [];
    let url = '';
    const http = () => fetch(`${url}/health/live`).then(() => 'open', () => 'closed');
    // As the interface asks for: stopping twice is harmless. Nest does it, too.
    const stopOnce = (name: string, ms: number) => {
      let stopped: Promise<void> | undefined;
      return () => (stopped ??= sleep(ms).then(async () => void events.push(`${name} stopped, HTTP ${await http()}`)));
    };
    const service = await start((wired) => {
      wired.loops.push(loopOf('first', events, { stop: stopOnce('first', 0) }), loopOf('second', events, { stop: stopOnce('second', 50) }));
      wired.onClose.push(async () => void events.push(`publisher closed, HTTP ${await http()}`), async () => void events.push('store closed'));
    });
    ({ url } = service);
    await service.close();
    running = undefined;
    expect(events).toEqual(['start first', 'start second', 'second stopped, HTTP open', 'first stopped, HTTP open', 'store closed', 'publisher closed, HTTP closed']);
  });
});

describe('a start', () => {
  it('is refused with the names of variables that are missing', async () => {
    await expect(startService(definition(() => undefined), { ...env, PORT: 'x' })).rejects.toMatchObject({ name: 'PermanentError', message: expect.stringMatching(/PORT: [\s\S]*FLAVOUR: /) });
  });

  it('fails with the reason for which a loop cannot be started, and leaves nothing open', async () => {
    let closed = false;
    const failing = startService(definition((service) => {
      service.loops.push(loopOf('rows', [], { start: () => Promise.reject(new PermanentError('the registry refuses the schema')) }));
      service.onClose.push(async () => {
        closed = true;
      });
    }), { ...env, FLAVOUR: 'plain' });
    await expect(failing).rejects.toMatchObject({ message: 'the registry refuses the schema' });
    expect(closed).toBe(true);
  });
});

describe('a process', () => {
  const built = path.resolve(import.meta.dirname, '../dist/index.js');

  /** Runs a service of the built library in a process; ends it by SIGTERM once it has told that it listens. */
  function run(env: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }> {
    if (!existsSync(built)) throw new Error(`${built} is missing: build the workspace first (npm run build)`);
    const script = `
      import { z } from 'zod';
      import { runService, sleep } from ${JSON.stringify(built)};
      class M {}
      await runService({ name: 'test', config: { FLAVOUR: z.string() }, module(_config, service) {
        service.loops.push({ name: 'rows', start: async () => console.log('working'), stop: async () => { await sleep(100); console.log('finished'); } });
        return { module: M };
      } });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, env: { ...process.env, LOG_LEVEL: 'info', ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const before = stdout;
      stdout += chunk.toString();
      if (!before.includes('working') && stdout.includes('working')) setTimeout(() => child.kill('SIGTERM'), 300);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    return new Promise((resolve) => child.once('exit', (code) => resolve({ code, stdout, stderr })));
  }

  it('finishes what is in hand on SIGTERM, and ends well', async () => {
    const { code, stdout } = await run({ FLAVOUR: 'plain' });
    expect([code, stdout.indexOf('working') < stdout.indexOf('finished')]).toEqual([0, true]);
  });

  it('ends with what is missing in its environment', async () => {
    const { code, stderr } = await run({});
    expect([code, stderr]).toEqual([1, expect.stringMatching(/test could not start: The environment is not complete:\n {2}FLAVOUR: /)]);
  });
});
