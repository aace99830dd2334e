// Publishes at a pace, whatever becomes of it: an open loop.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CustomerActivities } from '@tideway/contracts';

const TICK_MS = 20;

export interface Paced {
  /** Activities that were published. */
  published: number;
  /** How far (ms) the last ones were behind their time, at most. */
  behindMs: number;
}

/** For `seconds`, at `rate` a second; `next` gives what happens at a time (ms). Resolves when Kafka has all of them. */
export async function publishAtPace(publish: (activities: CustomerActivities[]) => Promise<void>, next: (now: number) => CustomerActivities[], rate: number, seconds: number): Promise<Paced> {
  const begin = Date.now();
  const sent: Promise<void>[] = [];
  let [published, behindMs] = [0, 0];
  let failure: unknown;
  for (let due = 0; due < rate * seconds && failure === undefined; await sleep(TICK_MS)) {
    const now = Date.now();
    const until = Math.min(rate * seconds, Math.floor(((now - begin) * rate) / 1000));
    const activities: CustomerActivities[] = [];
    behindMs = Math.max(behindMs, now - begin - (due * 1000) / rate);
    for (; due < until; due += 1) activities.push(...next(now));
    published += activities.length;
    if (activities.length > 0) sent.push(publish(activities).catch((error: unknown) => void (failure ??= error)));
  }
  await Promise.all(sent);
  if (failure !== undefined) throw failure;
  return { published, behindMs };
}
