// What the sessions process counts.
import type { Metrics } from '@tideway/service';

/** What became of an event: counted in a session, or why not. */
export type Outcome = 'counted' | 'resend' | 'late' | 'robot' | 'no_visitor' | 'not_decodable' | 'too_large';

export class SessionMetrics {
  readonly #events;
  readonly #published;
  readonly #visitors;
  readonly #bytes;

  constructor(metrics: Metrics) {
    this.#events = metrics.counter<'outcome'>('tideway_session_events_total', 'Events by what became of them', ['outcome']);
    this.#published = metrics.counter<'what'>('tideway_sessions_published_total', 'Sessions published, corrections too, and tombstones', ['what']);
    this.#visitors = metrics.gauge<'partition'>('tideway_session_visitors', 'Visitors in memory', ['partition']);
    this.#bytes = metrics.gauge<'partition'>('tideway_session_visitors_bytes', 'Memory of what these did, packed', ['partition']);
  }

  event(outcome: Outcome): void {
    this.#events.inc({ outcome });
  }

  published(sessions: number, tombstones: number): void {
    this.#published.inc({ what: 'session' }, sessions);
    this.#published.inc({ what: 'tombstone' }, tombstones);
  }

  visitors(partition: number, count: number, bytes: number): void {
    this.#visitors.set({ partition }, count);
    this.#bytes.set({ partition }, bytes);
  }
}
