import { describe, expect, it } from '@jest/globals';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { installRequestQueue } from './request-queue.js';

installRequestQueue();

const logger = { debug: () => undefined, warn: () => undefined };
const newQueue = (maxInFlightRequests: number) => new RequestQueue({ maxInFlightRequests, requestTimeout: 1_000, enforceRequestTimeout: false, clientId: 'test', broker: 'a:1', logger });

function push(queue: RequestQueue, correlationId: number, sent: number[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    queue.push({ entry: { apiKey: 0, apiName: 'Produce', apiVersion: 7, correlationId, resolve, reject }, expectResponse: true, sendRequest: () => sent.push(correlationId) });
  });
}

describe("kafkajs' queue of requests", () => {
  it('does not look again where nothing waits', async () => {
    const queue = newQueue(1);
    const sent: number[] = [];
    const answer = push(queue, 1, sent);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    await answer;
    expect([sent, queue.throttleCheckTimeoutId]).toEqual([[1], null]);
  });

  it('sends what waits once there is room', async () => {
    const queue = newQueue(1);
    const sent: number[] = [];
    const answers = [push(queue, 1, sent), push(queue, 2, sent)];
    expect(sent).toEqual([1]);
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    for (const correlationId of [1, 2]) queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
    await Promise.all(answers);
    expect(sent).toEqual([1, 2]);
    // The look that was due finds nothing, and is the last.
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('gives up what is never answered while a connection is closed', async () => {
    const queue = newQueue(1);
    const sent: number[] = [];
    const answers = [push(queue, 1, sent), push(queue, 2, sent)];
    const given = Promise.allSettled(answers);
    await queue.waitForPendingRequests();
    expect((await given).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(answers[1]).rejects.toThrow('closed before a request was answered');
  });

  it('is not waited for longer than its answers take', async () => {
    const queue = newQueue(1);
    const answer = push(queue, 1, []);
    const waited = queue.waitForPendingRequests();
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    await Promise.all([waited, answer]);
    await queue.waitForPendingRequests();
  });
});
