// A schema version that is added under load: another team publishes records with a new field, while everybody else goes on
// with the version that they know.
import { setTimeout as sleep } from 'node:timers/promises';
import { productOf, type Product, type WebCustomEvents } from '@tideway/contracts';
import { Publisher } from '@tideway/kafka';
import { createLogger } from '@tideway/service';
import { v4 as uuidv4 } from 'uuid';
import { verdict } from '../checker/verdict.js';
import { patiently, type FaultContext, type RunFault } from './fault.js';

const RECORDS = 40;
const BATCHES = 4;
const ARRIVAL_TIMEOUT_MS = 180_000;

/** The new field must be a column with its values, which are the events' ids, or it was dropped on the way. */
export const schemaVersion: RunFault = async (context, { target, seconds, seed }) => {
  const { clients, evidence, ledger } = context;
  const field = `added_${seed.toString(36)}`;
  const product = widened(productOf(clients.products, target), field);
  const logger = createLogger('chaos', 'silent');
  const publisher = new Publisher({ kafka: clients.kafka, registry: clients.registry, products: [product], service: 'chaos', logger });
  const ids: string[] = [];
  try {
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const records = Array.from({ length: RECORDS / BATCHES }, () => record(field));
      await patiently(() => publisher.publish('web.custom-events', records));
      for (const { event_id } of records) ledger.promise(event_id, { order: 0, at: Date.now(), domain: 'web' });
      ids.push(...records.map(({ event_id }) => event_id));
      await sleep((seconds * 1_000) / BATCHES);
    }
  } finally {
    await publisher.disconnect();
  }
  const missing = await missingValues(context, product, field, ids);
  evidence.verdicts.push(verdict('schema version', missing === 0, missing === 0 ? `${ids.length} values of a new field, each in its column` : `${missing} of ${ids.length} values of the new field ${field} are not in its column`, { lost: Array.from({ length: missing }, () => Date.now()) }));
};

function widened(product: Product, field: string): Product {
  return { ...product, schema: { ...product.schema, fields: [...product.schema.fields, { name: field, type: ['null', 'string'], default: null, doc: 'Added under load' }] } };
}

function record(field: string): WebCustomEvents {
  const now = Date.now();
  const id = uuidv4();
  const known: WebCustomEvents = { event_id: id, occurred_at: now, received_at: now, source: 'chaos:team', identifiers: { anonymous_id: `team-${id}` }, session_id: null, name: 'added', properties: {} };
  return { ...known, [field]: id };
}

async function missingValues({ clients }: FaultContext, { database, table }: Product, field: string, ids: string[]): Promise<number> {
  let missing = ids.length;
  for (const deadline = Date.now() + ARRIVAL_TIMEOUT_MS; missing > 0 && Date.now() < deadline; await sleep(200)) {
    // Until the first record has arrived there is no such column.
    const rows = await clients.rows<{ n: number }>(`SELECT count() AS n FROM ${database}.${table} WHERE \`${field}\` = toString(event_id) AND event_id IN {ids:Array(UUID)}`, { ids }).catch(() => []);
    missing = ids.length - Number(rows[0]?.n ?? 0);
  }
  return missing;
}
