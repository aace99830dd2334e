import { describe, expect, it } from '@jest/globals';
import { batchBytes, pieces } from './message-size.js';

const message = (bytes: number) => ({ topic: 't', message: { key: null, value: Buffer.alloc(bytes - 100) } });

describe('the size of a message', () => {
  it('has its key, its value and its headers, in bytes of UTF-8', () => {
    const bare = batchBytes({ value: null });
    expect(batchBytes({ key: 'ключ', value: Buffer.alloc(1_000) })).toBe(bare + 8 + 1_000);
    expect(batchBytes({ key: Buffer.alloc(4), value: 'x', headers: { origin: ['a', Buffer.alloc(3)], none: undefined } })).toBe(bare + 4 + 1 + 2 * 16 + 4 + 14);
  });
});

describe('pieces', () => {
  it('hold all messages in order, each as many as fit', () => {
    const messages = [300, 300, 300, 600, 400, 1_000, 200].map(message);
    const cut = [...pieces(messages, 1_000)];
    expect(cut.flat()).toEqual(messages);
    expect(cut.map((piece) => piece.length)).toEqual([3, 2, 1, 1]);
  });

  it('of a message that does not fit are that message alone', () => {
    expect([...pieces([200, 5_000, 200].map(message), 1_000)].map((piece) => piece.length)).toEqual([1, 1, 1]);
    expect([...pieces([], 1_000)]).toEqual([]);
  });
});
