// Streams of requests mixed so that each has its share of the events. Pure.
import type { NativeRequest } from '@tideway/simulator';

export interface Stream {
  /** Of all events, above 0. */
  share: number;
  requests: Iterable<NativeRequest>;
}

/** Takes each request from the stream that is furthest behind its share; ends with the first stream that ends. */
export function* mix(streams: readonly Stream[]): Generator<NativeRequest> {
  const open = streams.map(({ share, requests }) => ({ share, requests: requests[Symbol.iterator](), events: 0 }));
  for (;;) {
    const next = open.reduce((a, b) => (b.events / b.share < a.events / a.share ? b : a));
    const { done, value } = next.requests.next();
    if (done) return;
    next.events += value.events;
    yield value;
  }
}
