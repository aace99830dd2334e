// One response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the changes of one
// segment, with ids to come back with. A client that does not read is cut off; nothing is kept for it.
import type { ServerResponse } from 'node:http';
import type { SegmentsMemberships } from '@tideway/contracts';
import { RetryableError } from '@tideway/service';
import type { ChangesClient } from './changes-feed.js';
import { eventId } from './event-ids.js';

/** Proxies close what is silent for a minute, or half of it. */
const HEARTBEAT_MS = 15_000;
/** What a client has not read yet, in bytes. */
const MAX_UNREAD = 1_000_000;
const DRAIN_MS = 30_000;
/** How long a client should wait before it comes back. */
const RETRY_MS = 2_000;

/** A change as an event; `segments`, the person's other memberships, stays out. */
export function eventText({ segments: _others, ...change }: SegmentsMemberships, next: ReadonlyMap<number, number>): string {
  return `event: ${change.change}\nid: ${eventId(next)}\ndata: ${JSON.stringify(change)}\n\n`;
}

export class ChangesStream implements ChangesClient {
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly response: ServerResponse, private readonly segment: string, private readonly headers: Record<string, string>) {}

  /** Begins with the place where the client would come back to; an id without data is kept and shows no event. */
  open(next: () => ReadonlyMap<number, number>): void {
    this.#write(`retry: ${RETRY_MS}\nid: ${eventId(next())}\n\n`);
    this.#heartbeat = setInterval(() => this.#write(`: still here\nid: ${eventId(next())}\n\n`), HEARTBEAT_MS);
    this.response.once('close', () => clearInterval(this.#heartbeat));
  }

  take(change: SegmentsMemberships, next: ReadonlyMap<number, number>): void {
    if (change.segment === this.segment) this.#write(eventText(change, next));
  }

  async drained(): Promise<void> {
    if (!this.response.writableNeedDrain) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.response.off('drain', onDrain).off('close', onClose);
        if (error) reject(error);
        else resolve();
      };
      const onDrain = () => settle();
      const onClose = () => settle(new RetryableError('the client has gone'));
      const timer = setTimeout(() => settle(new RetryableError('the client does not read')), DRAIN_MS);
      this.response.once('drain', onDrain).once('close', onClose);
    });
  }

  end(reason: string): void {
    clearInterval(this.#heartbeat);
    if (!this.response.headersSent) return;
    this.response.end(`: ${reason.replaceAll(/[\r\n]+/g, ' ')}\n\n`);
    // Who does not read does not close either.
    setTimeout(() => this.response.destroy(), 1_000).unref();
  }

  #write(text: string): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    if (!this.response.headersSent) this.response.writeHead(200, { ...this.headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    this.response.write(text);
    if (this.response.writableLength > MAX_UNREAD) this.response.destroy();
  }
}
