import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('gives the first truthy value', async () => {
    let calls = 0;
    expect(await waitFor(() => (++calls === 3 ? 'found' : undefined), { intervalMs: 1 })).toBe('found');
  });

  it('takes an exception for "not yet"', async () => {
    let calls = 0;
    const value = await waitFor(
      async () => {
        if (++calls < 3) throw new Error('connection refused');
        return calls;
      },
      { intervalMs: 1 },
    );
    expect(value).toBe(3);
  });

  it('says what it waited for in vain, and why not', async () => {
    const cause = new Error('connection refused');
    const wait = waitFor(() => Promise.reject(cause), { timeoutMs: 20, intervalMs: 1, message: () => 'the registry' });
    await expect(wait).rejects.toMatchObject({ message: 'Waited 20 ms in vain for the registry.', cause });
  });
});
