import { describe, expect, it } from '@jest/globals';
import { LEAST_BYTES, trackRequests } from './calls.js';

function take(perRequest: number, count: number, bytes = 1_000) {
  const requests = trackRequests({ perRequest, bytes, connections: 3 });
  return Array.from({ length: count }, () => requests.next().value!);
}

describe('the calls that the intake is measured with', () => {
  it('have the size that was asked for, one in a request', () => {
    const requests = take(1, 4);
    expect(requests.map(({ path, body, events, lane }) => [path, body.length, events, lane])).toEqual([0, 1, 2, 0].map((lane) => ['/v1/track', 1_000, 1, lane]));
    expect(JSON.parse(String(requests[0]!.body))).toMatchObject({ event: 'Product Viewed', properties: { product_id: 'SKU-0000' } });
  });

  it('have it in a batch too, each with an id of its own', () => {
    const [request] = take(100, 1);
    const { batch } = JSON.parse(String(request!.body)) as { batch: { messageId: string }[] };
    expect([request!.path, request!.events, request!.expected.accepted]).toEqual(['/v1/batch', 100, 100]);
    expect(batch.map((call) => Buffer.byteLength(JSON.stringify(call)))).toEqual(Array(100).fill(1_000));
    expect(new Set(batch.map(({ messageId }) => messageId)).size).toBe(100);
  });

  it('say how small they can be', () => {
    expect(take(1, 1, LEAST_BYTES)[0]!.body).toHaveLength(LEAST_BYTES);
    expect(() => take(1, 1, 500)).toThrow(`a call has at least ${LEAST_BYTES} bytes, not 500`);
  });
});
