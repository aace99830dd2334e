import { describe, expect, it } from '@jest/globals';
import { batchCalls, singleCall } from './segment-batch.js';

describe('a batch', () => {
  it('gives each call what the batch says for all, and lets a call say otherwise', () => {
    const sentAt = '2026-11-20T12:00:00Z';
    expect(batchCalls({
      batch: [{ type: 'track', context: { ip: '8.8.8.8' } }, { type: 'page', sentAt: 'own' }],
      sentAt, context: { device: { type: 'phone' }, ip: '1.1.1.1' }, integrations: { All: true }, writeKey: 'k',
    })).toEqual([
      { type: 'track', context: { device: { type: 'phone' }, ip: '8.8.8.8' }, integrations: { All: true }, sentAt },
      { type: 'page', context: { device: { type: 'phone' }, ip: '1.1.1.1' }, integrations: { All: true }, sentAt: 'own' },
    ]);
  });

  it('leaves what is no call for the source to reject', () => {
    expect(batchCalls({ batch: [null, 'x', []], context: { ip: 'x' } })).toEqual([null, 'x', []]);
  });

  it.each([[{}], [{ batch: {} }], [[]], [null], ['x']])('is required: %j has none', (body) => {
    expect(() => batchCalls(body)).toThrow(expect.objectContaining({ status: 400, rejection: expect.objectContaining({ field: 'batch' }) }));
  });
});

describe('a single call', () => {
  it('is of the kind that its path names, and loses the write key', () => {
    expect(singleCall({ type: 'page', userId: 'u', writeKey: 'secret' }, 'track')).toEqual({ type: 'track', userId: 'u' });
    expect(singleCall([1], 'track')).toEqual([1]);
  });
});
