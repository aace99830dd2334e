// Latencies of a soak by the minute: what segments says of itself, what a consumer saw, and what the load saw.
import { scrape, type Sample } from '@tideway/mesh';
import { spreadOf } from '../latency/run.js';
import { percentilesOf, type Percentiles } from '../latency/window.js';
import type { MeshUnderLoad } from '../load/mesh-under-load.js';
import { delays, delaysOfAll, type Arrival } from '../load/observer.js';
import type { LoadTimings } from '../load/timings.js';

export interface SoakMinute {
  /** From 1 on. */
  minute: number;
  /** From the receipt of an event to the commit of the membership that it changed. */
  commit: Percentiles;
  /** From the receipt to the arrival at a consumer. */
  consumer: Percentiles & { max: number };
  /** HTTP requests whose answers came in this minute, in ms. */
  http?: LoadTimings;
}

/** Of each event it keeps nothing: a minute's arrivals wait for the next minute, by which the warehouse has their events, and become percentiles. */
export class Minutes {
  readonly #under: MeshUnderLoad;
  readonly #http: LoadTimings[];
  readonly #done: SoakMinute[] = [];
  #segments: Sample[] = [];
  #ended: { at: number; commit: Percentiles }[] = [];
  #missing: Arrival[] = [];

  /** `http` is filled by the load's reports, one a minute. */
  constructor(under: MeshUnderLoad, http: LoadTimings[]) {
    this.#under = under;
    this.#http = http;
  }

  /** To be called when the first minute begins. */
  async begin(): Promise<void> {
    this.#segments = await scrape(this.#under.mesh.urls.segments);
  }

  /** To be called at each minute's end; resolves with the latest minute that is complete. */
  async end(): Promise<SoakMinute | undefined> {
    const segments = await scrape(this.#under.mesh.urls.segments);
    this.#ended.push({ at: Date.now(), commit: percentilesOf(segments, this.#segments) });
    this.#segments = segments;
    const before = this.#ended.at(-2);
    if (before === undefined) return undefined;
    const { ms, missing } = await delays(this.#under.clients, [...this.#missing, ...this.#under.observer.takeBefore(before.at)]);
    this.#missing = missing;
    return this.#complete(before.commit, ms);
  }

  /** Of all minutes, once everything is stored. Rejects where an event whose membership changed is not. */
  async all(): Promise<SoakMinute[]> {
    const last = this.#ended.at(-1);
    if (last !== undefined) this.#complete(last.commit, await delaysOfAll(this.#under.clients, [...this.#missing, ...this.#under.observer.takeBefore(last.at)]));
    return this.#done;
  }

  #complete(commit: Percentiles, ms: number[]): SoakMinute {
    const minute = this.#done.length + 1;
    const http = this.#http[minute - 1];
    const made = { minute, commit, consumer: spreadOf(ms), ...(http ? { http } : {}) };
    this.#done.push(made);
    return made;
  }
}
