// The email domain: SendGrid's webhooks about mails of a shop, whose days pass as fast as its mails are wanted.
import { mailRequests, type MailHappening, type NativeRequest } from '@tideway/simulator';
import { v5 as uuidv5 } from 'uuid';
import { happenings, sentAgain } from './days.js';
import type { Domain } from './domain.js';

/** Namespace of the domain's ids: a constant, as ids must stay the same for ever. */
const NAMESPACE = '7a4e2d18-93c5-5b6f-a1d0-58e3c7b42f96';
/** Events of a request, least and most. */
const BATCH = [3, 40] as const;
/** Share of the requests in which one event is nobody's. */
const BAD = 0.2;
/** Share of the requests that SendGrid has seen no answer to, and sends again. */
const AGAIN = 0.08;

export const email: Domain = {
  load: {
    share: 0.1,
    *requests({ seed, random }) {
      let batch: MailHappening[] = [];
      let size = random.int(...BATCH);
      for (const mail of happenings(seed, 'mail')) {
        batch.push(mail);
        if (batch.length < size) continue;
        const now = Date.now();
        for (const good of mailRequests(batch.map((one) => ({ ...one, at: now })))) {
          const request = random.fraction() < BAD ? withoutRecipient(good) : good;
          yield request;
          if (random.fraction() < AGAIN) yield sentAgain(request);
        }
        batch = [];
        size = random.int(...BATCH);
      }
    },
  },
  ids: (request: NativeRequest) => eventsOf(request).map(emailEventId),
  /** By what their original bytes say. */
  async quarantined({ rows }) {
    const ids = await rows<Pick<SendgridEvent, 'sg_event_id' | 'event'>>(
      "SELECT DISTINCT JSONExtractString(original, 'sg_event_id') AS sg_event_id, JSONExtractString(original, 'event') AS event FROM operations.quarantine_v1 WHERE service = 'email'",
    );
    return ids.map(emailEventId);
  },
};

interface SendgridEvent {
  sg_event_id: string;
  event: string;
  email: string;
}

const eventsOf = ({ body }: NativeRequest) => JSON.parse(String(body)) as SendgridEvent[];

/** Of one of SendGrid's events: its id and its kind. */
function emailEventId({ sg_event_id: id, event }: Pick<SendgridEvent, 'sg_event_id' | 'event'>): string {
  return uuidv5(JSON.stringify(['sendgrid', id, event]), NAMESPACE);
}

/** Its first event has no address any more: a correct service understands it, and keeps it aside. */
function withoutRecipient(request: NativeRequest): NativeRequest {
  const events = eventsOf(request).map((event, index) => (index === 0 ? { ...event, email: '' } : event));
  const { accepted, quarantined } = request.expected;
  return { ...request, body: Buffer.from(JSON.stringify(events)), expected: { ...request.expected, accepted: accepted - 1, quarantined: quarantined + 1 } };
}
