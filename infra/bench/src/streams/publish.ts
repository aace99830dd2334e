// Publishes activities to customer.activities.v1, in a process of its own: what has happened so far as fast as it goes, and what
// happens now at a pace. The parent's messages say what to do; what became of it goes back.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadProducts, type CustomerActivities } from '@tideway/contracts';
import { Publisher, SchemaRegistry, createKafka } from '@tideway/kafka';
import { RetryableError, createLogger, errorText, kafkaShape, loadConfig, registryShape } from '@tideway/service';
import { Shop, history } from './shop.js';

export type PublishOrder =
  /** Answered with `published`. */
  | { type: 'history'; people: number; count: number; days: number; seed: number }
  /** Until `stop`, which is answered with `published`. */
  | { type: 'live'; perSecond: number }
  | { type: 'stop' };

/** `published`: all that was published since the begin; `slowestMs`: how long an acknowledgement took at most, of those at a pace. */
export type PublishMessage = { type: 'published'; count: number; slowestMs: number } | { type: 'failed'; message: string };

const BATCH = 2_000;
const TICK_MS = 10;
const ATTEMPTS = 30;
const RETRY_MS = 200;

const logger = createLogger('bench', 'silent');
const config = loadConfig({ ...kafkaShape, ...registryShape }, process.env);
const publisher = new Publisher({ kafka: createKafka(config, 'bench-publish', logger), registry: new SchemaRegistry(config), products: loadProducts(), service: 'bench', logger });

let shop: Shop | undefined;
let count = 0;
let slowestMs = 0;
let ticking: NodeJS.Timeout | undefined;
/** What is under way. */
let sending: Promise<unknown> = Promise.resolve();

process.on('message', (order: PublishOrder) => void run(order).catch((error: unknown) => fail(error)));
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(1));

const tell = (message: PublishMessage) => void process.send!(message);

function fail(error: unknown): void {
  clearInterval(ticking);
  tell({ type: 'failed', message: errorText(error) });
}

/** What was not acknowledged is sent again, as a service would: some of it may then be on the topic twice, for both readers. */
async function publish(activities: CustomerActivities[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await publisher.publish('customer.activities', activities);
      count += activities.length;
      return;
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === ATTEMPTS) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function run(order: PublishOrder): Promise<void> {
  if (order.type === 'live') return startLive(order.perSecond);
  if (order.type === 'stop') {
    clearInterval(ticking);
    await sending;
  } else {
    shop = new Shop(order);
    let batch: CustomerActivities[] = [];
    for (const activity of history(shop, { ...order, now: Date.now() })) {
      batch.push(activity);
      if (batch.length < BATCH) continue;
      await publish(batch);
      batch = [];
    }
    await publish(batch);
  }
  tell({ type: 'published', count, slowestMs });
}

/** An open loop: what is due follows from the rate alone. */
function startLive(perSecond: number): void {
  const begin = performance.now();
  let begun = 0;
  ticking = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) / 1_000) * perSecond);
    if (due === begun) return;
    const at = Date.now();
    const sent = performance.now();
    const batch = Array.from({ length: due - begun }, () => shop!.next(at));
    begun = due;
    sending = Promise.all([sending, publish(batch).then(() => void (slowestMs = Math.max(slowestMs, performance.now() - sent)))]).catch((error: unknown) => fail(error));
  }, TICK_MS);
}
