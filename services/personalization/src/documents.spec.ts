import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@tideway/service';
import { DocumentMemory, Documents } from './documents.js';

describe('documents in memory', () => {
  it('are what they were given as, and tell together what they take', async () => {
    const metrics = new Metrics('test');
    const memory = new DocumentMemory(metrics);
    const bytes = async () => Number(/^tideway_personalization_documents_bytes(?:\{.*\})? (\d+)$/m.exec(await metrics.registry.metrics())![1]);
    const [one, other] = [new Documents(memory), new Documents(memory)];
    one.set('a', Buffer.from([0, 255, 128]));
    one.set('b', Buffer.from('four'));
    other.set('a', Buffer.from('seven'));
    expect([one.get('a'), other.get('a'), one.get('c'), one.size, one.has('b'), other.has('b')]).toEqual([Buffer.from([0, 255, 128]), Buffer.from('seven'), undefined, 2, true, false]);
    expect(await bytes()).toBe(12);
    one.set('a', Buffer.from('a'));
    one.delete('b');
    one.delete('nobody');
    expect(await bytes()).toBe(6);
    one.close();
    expect(await bytes()).toBe(5);
  });
});
