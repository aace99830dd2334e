// Reads the services' own metrics, as Prometheus would.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** All samples of a service's /metrics; none while it does not answer. */
export async function scrape(url: string): Promise<Sample[]> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) });
    return parseMetrics(await response.text());
  } catch {
    return [];
  }
}

/** Samples of the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) return [];
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]));
    return [{ name: match[1]!, labels, value: Number(match[3]) }];
  });
}

/** Sum of a metric's samples, by one label where it is given. */
export function sumBy(samples: Sample[], name: string, label?: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const key = label ? (sample.labels[label] ?? '') : '';
    sums.set(key, (sums.get(key) ?? 0) + sample.value);
  }
  return sums;
}

/**
 * A quantile of a histogram between two scrapes, interpolated linearly within its bucket as Prometheus'
 * histogram_quantile does; undefined where nothing was observed.
 */
export function quantile(samples: Sample[], name: string, q: number, since: Sample[] = []): number | undefined {
  const before = sumBy(since, `${name}_bucket`, 'le');
  const buckets = [...sumBy(samples, `${name}_bucket`, 'le')]
    .map(([le, count]) => ({ le: le === '+Inf' ? Infinity : Number(le), count: count - (before.get(le) ?? 0) }))
    .sort((a, b) => a.le - b.le);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = q * total;
  let lower = { le: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      if (bucket.le === Infinity) return lower.le;
      return lower.le + (bucket.le - lower.le) * ((rank - lower.count) / Math.max(1, bucket.count - lower.count));
    }
    lower = bucket;
  }
  return lower.le;
}
