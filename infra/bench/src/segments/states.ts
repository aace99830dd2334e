// Records of segments.state.v1: those that the service wrote are read, and copies of them written in bulk, as it would have.
import { avroType, productOf, type SegmentsState } from '@tideway/contracts';
import { Decoder, encodeWire, readTopics, readWire } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';

/** A person whom the service has evaluated: what others are made of. */
export interface Evaluated {
  profileId: string;
  state: SegmentsState;
  schemaId: number;
}

const RECORDS_PER_SEND = 4_000;

/** By profile_id. Rejects with RetryableError in an outage. */
export async function readStates({ kafka, registry, products }: Clients): Promise<Map<string, Evaluated>> {
  const product = productOf(products, 'segments.state');
  const decoder = new Decoder<SegmentsState>(registry, product);
  const found = new Map<string, Evaluated>();
  await readTopics(kafka, new Map([[product.topic, []]]), async ({ message: { key, value } }) => {
    if (value) found.set(String(key), { profileId: String(key), state: await decoder.decode(value), schemaId: readWire(value)!.schemaId });
  });
  return found;
}

/** Writes the states of from..to-1, as `stateOf` makes them. Rejects where Kafka does not take them. */
export async function writeStates({ kafka, products }: Clients, schemaId: number, { from, to }: { from: number; to: number }, stateOf: (number: number) => SegmentsState): Promise<void> {
  const product = productOf(products, 'segments.state');
  const type = avroType(product.schema);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  try {
    let sent: Promise<unknown> = Promise.resolve();
    for (let first = from; first < to; first += RECORDS_PER_SEND) {
      const messages = Array.from({ length: Math.min(RECORDS_PER_SEND, to - first) }, (_, i) => {
        const state = stateOf(first + i);
        return { key: state.profile_id, value: encodeWire(schemaId, type, state) };
      });
      // The next records are made while Kafka takes these.
      await sent;
      sent = producer.send({ topic: product.topic, acks: -1, messages });
      sent.catch(() => undefined);
    }
    await sent;
  } finally {
    await producer.disconnect();
  }
}
