import { describe, expect, it } from '@jest/globals';
import { parseMetrics, quantile, sumBy } from './scrape.js';

const text = `# HELP d help
# TYPE d histogram
d_bucket{le="0.1",service="s"} 50
d_bucket{le="0.2",service="s"} 90
d_bucket{le="+Inf",service="s"} 100
n_total{product="web.orders",q="a\\"b"} 3
n_total{product="web.orders",q="c"} 4
up 1
`;
const samples = parseMetrics(text);

describe('scraped metrics', () => {
  it('are read with their labels', () => {
    expect(sumBy(samples, 'n_total', 'product')).toEqual(new Map([['web.orders', 7]]));
    expect(sumBy(samples, 'up')).toEqual(new Map([['', 1]]));
    expect(samples.find(({ value }) => value === 3)!.labels['q']).toBe('a\\"b');
  });

  it('give quantiles, interpolated in their bucket', () => {
    expect(quantile(samples, 'd', 0.5)).toBeCloseTo(0.1);
    expect(quantile(samples, 'd', 0.7)).toBeCloseTo(0.15);
    expect(quantile(samples, 'd', 0.99)).toBe(0.2);
    expect(quantile(samples, 'absent', 0.5)).toBeUndefined();
  });

  it('give quantiles of what came between two scrapes', () => {
    const before = parseMetrics('d_bucket{le="0.1"} 50\nd_bucket{le="0.2"} 50\nd_bucket{le="+Inf"} 50');
    expect(quantile(samples, 'd', 0.5, before)).toBeCloseTo(0.1625);
    expect(quantile(samples, 'd', 0.5, samples)).toBeUndefined();
  });
});
