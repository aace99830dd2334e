// Prometheus metrics of one service: a registry of its own, so that several services can run in one process in tests.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.7, 1, 2.5, 5, 10, 30];

export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
    this.#tellWhatLives();
  }

  counter<L extends string = string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return this.#once(name, () => new Counter<L>({ name, help, labelNames, registers: [this.registry] }));
  }

  gauge<L extends string = string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return this.#once(name, () => new Gauge<L>({ name, help, labelNames, registers: [this.registry] }));
  }

  /** A histogram of seconds, with buckets from 1 ms to 30 s. */
  seconds<L extends string = string>(name: string, help: string, labelNames: L[] = []): Histogram<L> {
    return this.#once(name, () => new Histogram<L>({ name, help, labelNames, buckets: LATENCY_BUCKETS, registers: [this.registry] }));
  }

  /** Between two full collections, what is in use is also what nobody needs any more: only what is left by one tells of a leak. */
  #tellWhatLives(): void {
    const lives = this.gauge('tideway_heap_live_bytes', 'Heap in use after the latest full garbage collection; 0 before the first');
    new PerformanceObserver((list) => {
      const full = list.getEntries().some((entry) => (entry as { detail?: { kind: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
      if (full) lives.set(process.memoryUsage().heapUsed);
    }).observe({ entryTypes: ['gc'] });
  }

  #once<M>(name: string, make: () => M): M {
    return (this.registry.getSingleMetric(name) as M | undefined) ?? make();
  }
}
