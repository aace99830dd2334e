// A service's pipeline without a platform, for specs of replays: what it would publish is kept, and can be replayed.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Outcome } from '@tideway/contracts';
import type { OutcomeItem } from '@tideway/kafka';
import { Metrics, createLogger } from '@tideway/service';
import { Intake } from '../intake.js';
import { correctedBytes, type Correction } from './correction.js';
import type { ReplaySources } from './replayer.js';

/** An Intake that publishes nothing; `items` are what it was given last, with the context that quarantine would keep. */
export class Deliveries {
  items: OutcomeItem[] = [];

  readonly intake = new Intake({
    publisher: {
      publishOutcomes: (items) => {
        this.items = items;
        return Promise.resolve({ accepted: items.length, quarantined: 0, rejected: [] });
      },
    },
    logger: createLogger('deliveries', 'silent'), metrics: new Metrics('deliveries'),
    rate: { perSecond: 1e9, burst: 1e9 }, inFlight: { bytes: 1e9, events: 1e9 },
  });
}

/** A request as a pipeline reads it: its body as bytes, headers in lower case. */
export function nativeRequest(body: Buffer | string, { url = '/', method = 'POST', headers = {} }: { url?: string; method?: string; headers?: IncomingHttpHeaders } = {}): FastifyRequest {
  return { raw: {}, body: Buffer.from(body), url, method, headers } as unknown as FastifyRequest;
}

/** What a corrected replay of an item becomes, with no more than quarantine keeps of it. */
export function replayed(sources: ReplaySources, { source, original, context }: OutcomeItem, correction: Correction): Outcome {
  const { received_at: receivedAt, index, shared = {} } = JSON.parse(JSON.stringify(context)) as NonNullable<OutcomeItem['context']>;
  return sources[source.split(':')[0]!]!(correctedBytes(original, correction), { receivedAt, source, index, shared });
}
