import { describe, expect, it } from '@jest/globals';
import { Metrics } from '@tideway/service';
import { AdoptionProgress } from './metrics.js';

const NAME = 'tideway_adoption_profiles_left';

async function told(metrics: Metrics): Promise<Record<string, number>> {
  const { values } = await metrics.registry.getSingleMetric(NAME)!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels['partition'], value]));
}

describe('the progress of changed definitions', () => {
  it('is told per partition: none left, somebody while it is not known who, and so many', async () => {
    const metrics = new Metrics('test');
    const [first, second] = [new AdoptionProgress(metrics, 0), new AdoptionProgress(metrics, 3)];
    expect(await told(metrics)).toEqual({ 0: 0, 3: 0 });
    first.left(0);
    second.left(1_200);
    expect(await told(metrics)).toEqual({ 0: 1, 3: 1_200 });
    first.left(undefined);
    expect(await told(metrics)).toEqual({ 0: 0, 3: 1_200 });
  });

  it('is no longer told of a partition that is another process\'s', async () => {
    const metrics = new Metrics('test');
    new AdoptionProgress(metrics, 0).close();
    expect(await told(metrics)).toEqual({});
  });
});
