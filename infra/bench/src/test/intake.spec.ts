// The intake's benchmark on a real broker, for a second each: what is accepted stands on the topic, and costs are counted.
import { describe, expect, it } from '@jest/globals';
import { Workplace } from '@tideway/mesh';
import { waitFor } from '@tideway/testing';
import { runIntake } from '../intake/run.js';

describe('the intake', () => {
  it('is measured for both ways and both loads, with every accepted event on its topic', async () => {
    const workplace = new Workplace('bench-test');
    try {
      // A run in which a busy machine had a request sent again does not count.
      const { runs } = await waitFor(() => runIntake(workplace, { seconds: 1, warmUpSeconds: 1, rounds: 1 }, () => undefined), { timeoutMs: 180_000, message: 'a run that counts' });
      expect(runs.map(({ name, load }) => `${name} ${load}`)).toEqual(['tideway batches', 'usual batches', 'tideway single', 'usual single']);
      for (const { rounds: [round] } of runs) {
        expect(Math.min(round!.eventsPerSecond, round!.cpuSeconds.service, round!.cpuSeconds.broker, round!.cpuSeconds.load)).toBeGreaterThan(0);
        expect(round!.answerMs.p99).toBeGreaterThanOrEqual(round!.answerMs.p50);
      }
    } finally {
      await workplace.close();
    }
  }, 300_000);
});
