// The Kafka clients on a real broker, with few records: each does on each path what it was asked to.
import { describe, expect, it } from '@jest/globals';
import { Workplace } from '@tideway/mesh';
import { CONTENDERS } from '../clients/contender.js';
import { PATHS } from '../clients/paths.js';
import { runClients } from '../clients/run.js';

describe('the clients', () => {
  it('send, read and copy every record once, and ours reads committed records only', async () => {
    const workplace = new Workplace('bench-test');
    try {
      const { results, aborted } = await runClients(workplace, { records: 500, rounds: 1 }, () => undefined);
      expect(results.map(({ name, path, rounds, failures }) => [path, name, rounds.length, failures])).toEqual(PATHS.flatMap((path) => CONTENDERS[path].map((name) => [path, name, 1, []])));
      expect(results.every(({ rounds: [round] }) => round!.seconds > 0 && round!.cpuSeconds > 0)).toBe(true);
      expect(aborted).toEqual(expect.arrayContaining([{ name: 'tideway' }, { name: 'java' }]));
    } finally {
      await workplace.close();
    }
  }, 300_000);
});
