import { describe, expect, it } from '@jest/globals';
import { Gathered } from './gathered.js';

/** Asks nothing before `release` is called, which answers what is under way for longest. */
function asked(limit: number) {
  const calls: number[][] = [];
  const open: ((error?: Error) => void)[] = [];
  const gathered = new Gathered<number, string>((requests) => {
    calls.push([...requests]);
    return new Promise((resolve, reject) => open.push((error) => (error ? reject(error) : resolve(requests.map((request) => `answer ${request}`)))));
  }, limit);
  return { gathered, calls, release: (error?: Error) => open.shift()!(error) };
}

describe('gathered requests', () => {
  it('are asked at once while few are under way, then as one, each with its own answer', async () => {
    const { gathered, calls, release } = asked(2);
    const answers = [1, 2, 3, 4, 5].map((request) => gathered.add(request));
    expect(calls).toEqual([[1], [2]]);
    release();
    expect(await answers[0]).toBe('answer 1');
    await Promise.resolve();
    expect(calls).toEqual([[1], [2], [3, 4, 5]]);
    release();
    release();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5].map((request) => `answer ${request}`));
  });

  it('all reject where what asks for them does, and those that come after are asked', async () => {
    const { gathered, calls, release } = asked(1);
    const [first, ...others] = [1, 2, 3].map((request) => gathered.add(request));
    release();
    await first;
    await Promise.resolve();
    const outcomes = Promise.allSettled(others);
    release(new Error('away'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const later = gathered.add(4);
    await Promise.resolve();
    release();
    expect(await later).toBe('answer 4');
    expect(calls).toEqual([[1], [2, 3], [4]]);
  });
});
