// The web domain: calls of Segment's libraries. Their shop also works with a CRM: its stream has both domains' requests.
import { simulate, type NativeRequest } from '@tideway/simulator';
import { v5 as uuidv5 } from 'uuid';
import { distort } from '../load/distort.js';
import type { Domain } from './domain.js';

/** Namespace of the domain's ids: a constant, as ids must stay the same for ever. */
const NAMESPACE = 'a3f0e6f5-6d0b-4a0e-9f5e-2f0c7f6b1d84';
/** The write key's name in mesh's environment. */
const SOURCE = 'segment:shop';
/** More events than any run has: it ends when it is told to. */
const ENDLESS = 1_000_000_000;

export const web: Domain = {
  load: {
    share: 0.8,
    *requests({ seed, people, random }) {
      for (const request of simulate({ seed, events: ENDLESS, people })) yield distort(request, random);
    },
  },
  ids: (request: NativeRequest) => (JSON.parse(String(request.body)) as { batch: { messageId: string }[] }).batch.map(({ messageId }) => webEventId(messageId)),
  /** Events that left consents, which name them: some leave nothing else. */
  async named({ rows }) {
    const found = await rows<{ event_id: string }>("SELECT DISTINCT extract(assumeNotNull(evidence), '^event ([0-9a-f-]{36})') AS event_id FROM web.consents WHERE startsWith(evidence, 'event ')");
    return found.map(({ event_id }) => event_id);
  },
  /** By the messageId in their original bytes. */
  async quarantined({ rows }) {
    const found = await rows<{ id: string }>("SELECT DISTINCT JSONExtractString(original, 'messageId') AS id FROM operations.quarantine_v1 WHERE service = 'web'");
    return found.map(({ id }) => webEventId(id));
  },
};

/** Of a Segment call: the write key's name, as `segment:<name>`, and the messageId. */
export function webEventId(messageId: string): string {
  return uuidv5([SOURCE, 'id', messageId].join('\n'), NAMESPACE);
}
