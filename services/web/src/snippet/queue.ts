// Events on their way: kept until the service has answered, sent in batches, again after a failure, and at the page's end.
import { quiet } from './quiet.js';
import { names, read, remove, write } from './storage.js';

const QUEUE = 'queue_';
/** Beyond it the oldest go. */
const MAX_KEPT = 250;
/** Of a body: browsers let 64 KiB outlive a page, and a character is 3 bytes at most in UTF-8, but for pairs, which are 4 for two. */
const MAX_CHARACTERS = 20_000;
/** What happens together is sent together. */
const BATCH_MS = 500;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 300_000;

/** Where events go: the URL of the service's batch route, and the key that says whose they are. */
export interface Destination {
  url: URL;
  writeKey: string;
}

let destination: Destination;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Names of the events in the request that waits for its answer. */
let underway: string[] = [];
/** In a row; 0 where the last request was answered. */
let failures = 0;
/** Until when the service asked to be left alone; ms. */
let notBefore = 0;
let count = 0;

/** Sends what former pages left, and from now on what is queued. */
export function openQueue(to: Destination): void {
  destination = to;
  schedule(BATCH_MS);
}

/**
 * Queues an event under a messageId of its own, by which the service recognises it when it comes twice. An event is an
 * entry of its own in the storage, so that two tabs never write over each other's, and its id begins with the time, so
 * that entries sort.
 */
export function enqueue(event: object): void {
  const messageId = Date.now().toString(36) + (count++ % 46_656).toString(36).padStart(3, '0') + randomId();
  write(QUEUE + messageId, JSON.stringify({ ...event, messageId }));
  names(QUEUE).slice(0, -MAX_KEPT).forEach(remove);
  schedule(BATCH_MS);
}

/** Forgets everything that was not sent. */
export function discard(): void {
  names(QUEUE).forEach(remove);
}

/** 128 random bits in hexadecimal; crypto.randomUUID is absent in pages without TLS. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends the next batch now, unless one is underway or the service asked to wait. */
export function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  const wait = notBefore - Date.now();
  if (wait > 0) return schedule(wait);
  const { keys, body } = nextBatch();
  if (underway.length || !keys.length) return;
  underway = keys;
  void request(body);
}

async function request(body: string): Promise<void> {
  try {
    // Without a content type of its own, a text goes as text/plain, for which browsers ask no permission first.
    answered(await fetch(destination.url, { method: 'POST', body, keepalive: body.length < MAX_CHARACTERS + 1_000, credentials: 'omit' }));
  } catch {
    failed(0);
  }
}

/** What is not underway goes as a beacon, whose answer nobody sees: so after a failure, events wait for the next page instead. */
export function flushAtEnd(): void {
  if (failures || !navigator.onLine) return;
  for (;;) {
    const { keys, body } = nextBatch();
    if (!keys.length) return;
    // False where too much is in flight: keepalive is refused then as well, or takes it; either way the event stays until it is answered.
    if (!navigator.sendBeacon?.(String(destination.url), body)) return flush();
    keys.forEach(remove);
  }
}

function schedule(ms: number): void {
  timer ??= setTimeout(quiet(flush), ms);
}

function nextBatch(): { keys: string[]; body: string } {
  const keys: string[] = [];
  const events: string[] = [];
  let size = 0;
  for (const key of names(QUEUE)) {
    const event = read(key);
    if (!event || underway.includes(key)) continue;
    size += event.length;
    if (keys.length && size > MAX_CHARACTERS) break;
    keys.push(key);
    events.push(event);
  }
  const shared = JSON.stringify({ writeKey: destination.writeKey, sentAt: new Date(), context: { userAgent: navigator.userAgent } });
  return { keys, body: `${shared.slice(0, -1)},"batch":[${events.join()}]}` };
}

function answered({ status, headers }: Response): void {
  // Too much at once, or an outage. Any other answer is about the events themselves and would be the same again.
  if (status === 429 || status >= 500) return failed(Number(headers.get('retry-after')) * 1_000);
  if (status >= 400) console.warn(`tideway: events were refused with ${status}; 401 is about data-write-key`);
  failures = 0;
  underway.forEach(remove);
  underway = [];
  flush();
}

/** Comes again later: when the service says, in ms, and never before a time that doubles and is spread. */
function failed(askedMs: number): void {
  underway = [];
  const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** failures++, MAX_RETRY_MS) * (0.5 + Math.random() / 2);
  if (askedMs > 0) notBefore = Date.now() + askedMs;
  schedule(Math.max(backOffMs, askedMs || 0));
}
