import { describe, expect, it } from '@jest/globals';
import { RetryableError } from './errors.js';
import { Health } from './health.js';

const ok = async () => undefined;

describe('readiness', () => {
  it('is given while every dependency answers', async () => {
    const health = new Health();
    health.add('kafka', ok);
    health.add('registry', ok);
    expect(await health.ready()).toEqual({ ready: true, checks: { kafka: 'ok', registry: 'ok' } });
  });

  it('tells which dependency is away, and why, and asks anew each time', async () => {
    const health = new Health();
    let away = true;
    health.add('kafka', ok);
    health.add('registry', async () => {
      if (away) throw new RetryableError('the registry is away', { cause: new Error('connection refused') });
    });
    expect(await health.ready()).toEqual({ ready: false, checks: { kafka: 'ok', registry: 'the registry is away (connection refused)' } });
    away = false;
    expect(await health.ready()).toMatchObject({ ready: true });
  });

  it('does not wait for a dependency that hangs, and tells of the others', async () => {
    const health = new Health();
    health.add('hanging', () => new Promise(() => undefined));
    health.add('also hanging', () => new Promise(() => undefined));
    health.add('kafka', ok);
    const begin = performance.now();
    expect(await health.ready()).toEqual({ ready: false, checks: { hanging: 'no answer within 2000 ms', 'also hanging': 'no answer within 2000 ms', kafka: 'ok' } });
    expect(performance.now() - begin).toBeLessThan(2_900);
  });

  it('is not given where a check throws instead of rejecting', async () => {
    const health = new Health();
    health.add('broken', () => {
      throw new Error('no client');
    });
    expect(await health.ready()).toEqual({ ready: false, checks: { broken: 'no client' } });
  });

  it('ends with a fault of the service itself, which is not mentioned otherwise', async () => {
    const health = new Health();
    let problem = undefined as string | undefined;
    health.add('kafka', ok);
    health.addProblem('loop warehouse', () => problem);
    expect(await health.ready()).toEqual({ ready: true, checks: { kafka: 'ok' } });
    problem = 'web.orders.v1[3] is stopped';
    expect(await health.ready()).toEqual({ ready: false, checks: { kafka: 'ok', 'loop warehouse': 'web.orders.v1[3] is stopped' } });
  });
});
